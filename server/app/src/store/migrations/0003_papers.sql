-- What people at desks and kiosks do with certificates. The rules of 0001 hold here too.

-- What the desk knows beside the draft: who confirms, fields that a chip filled, communes proposed, the confinement.
CREATE TABLE paper_notes (
  facility_code  TEXT NOT NULL,
  certificate_id TEXT NOT NULL,
  notes_sealed   {bytes} NOT NULL,
  PRIMARY KEY (facility_code, certificate_id)
);

-- A moment at which a citizen touched "confirm", for one kiosk, visit, subject and text. Used once.
CREATE TABLE paper_nonces (
  facility_code TEXT NOT NULL,
  nonce         {bytes} NOT NULL,
  kiosk_id      TEXT NOT NULL,
  visit_id      TEXT NOT NULL,
  subject       TEXT NOT NULL,
  text_hash     {bytes} NOT NULL,
  given_at      BIGINT NOT NULL,
  expires_at    BIGINT NOT NULL,
  used_at       BIGINT,
  PRIMARY KEY (facility_code, nonce)
);

-- What was said beside a confirmation, and what makes it idempotent. subject is a certificate, or 'questionnaire'.
CREATE TABLE paper_consents (
  facility_code  TEXT NOT NULL,
  visit_id       TEXT NOT NULL,
  subject        TEXT NOT NULL,
  text_hash      {bytes} NOT NULL,
  certificate_id TEXT NOT NULL,
  sharing        TEXT NOT NULL,
  chip           TEXT NOT NULL,
  at             BIGINT NOT NULL,
  PRIMARY KEY (facility_code, visit_id, subject, text_hash)
);

-- What a citizen proposed otherwise, with what stood there before.
CREATE TABLE paper_corrections (
  facility_code     TEXT NOT NULL,
  correction_id     TEXT NOT NULL,
  certificate_id    TEXT NOT NULL,
  visit_id          TEXT NOT NULL,
  person_hash       {bytes} NOT NULL,
  at                BIGINT NOT NULL,
  correction_sealed {bytes} NOT NULL,
  PRIMARY KEY (facility_code, correction_id)
);

-- Answers to the driver's questions, until they are submitted or too old.
CREATE TABLE saved_answers (
  facility_code  TEXT NOT NULL,
  person_hash    {bytes} NOT NULL,
  saved_at       BIGINT NOT NULL,
  answers_sealed {bytes} NOT NULL,
  PRIMARY KEY (facility_code, person_hash)
);

-- The driver's declaration as it was confirmed.
CREATE TABLE declarations (
  facility_code  TEXT NOT NULL,
  certificate_id TEXT NOT NULL,
  declared_at    BIGINT NOT NULL,
  answers_sealed {bytes} NOT NULL,
  PRIMARY KEY (facility_code, certificate_id)
);
