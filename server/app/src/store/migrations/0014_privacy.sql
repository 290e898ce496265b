-- How long what is kept is the configuration's matter: the day on which evidence goes is no longer written beside it.
DROP INDEX identifications_to_purge;
ALTER TABLE identifications DROP COLUMN evidence_purge;
CREATE INDEX identifications_by_time ON identifications (facility_code, identified_at);

-- What a patient was asked, by purpose: the text that was shown (SHA-256), the answer, and whether it was taken back.
-- number_hash is keyed.
CREATE TABLE consents (
  facility_code TEXT NOT NULL,
  visit_id      TEXT NOT NULL,
  purpose       TEXT NOT NULL,
  answer        TEXT NOT NULL,
  text_hash     {bytes},
  language      TEXT NOT NULL,
  channel       TEXT NOT NULL,
  at            BIGINT NOT NULL,
  number_hash   {bytes},
  withdrawn_at  BIGINT,
  withdrawn_by  TEXT,
  PRIMARY KEY (facility_code, visit_id, purpose)
);
CREATE INDEX consents_of_a_number ON consents (facility_code, number_hash);
