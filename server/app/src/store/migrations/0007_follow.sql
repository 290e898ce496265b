-- The random word in a ticket's QR code, as a keyed hash. Rows of days that are over are purged.
CREATE TABLE follow_tokens (
  facility_code TEXT NOT NULL,
  token_hash    {bytes} NOT NULL,
  visit_id      TEXT NOT NULL,
  service_day   TEXT NOT NULL,
  PRIMARY KEY (facility_code, token_hash)
);
CREATE INDEX follow_tokens_of_a_day ON follow_tokens (facility_code, service_day);
