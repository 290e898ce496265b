-- What the hospital's own system gives, and which papers are of one birth. The rules of 0001 hold here too.

-- A draft by the reference its giver repeats it under: the same draft again gets the same answer. body_hash is keyed; answer
-- holds the certificate's id and codes of findings.
CREATE TABLE given_drafts (
  facility_code  TEXT NOT NULL,
  reference      TEXT NOT NULL,
  body_hash      {bytes} NOT NULL,
  certificate_id TEXT NOT NULL,
  answer         TEXT NOT NULL,
  at             BIGINT NOT NULL,
  PRIMARY KEY (facility_code, reference)
);

-- Twins: papers that the desk wrote for one confinement.
CREATE TABLE confinement_papers (
  facility_code  TEXT NOT NULL,
  confinement_id TEXT NOT NULL,
  certificate_id TEXT NOT NULL,
  PRIMARY KEY (facility_code, confinement_id, certificate_id)
);
