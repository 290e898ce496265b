-- How each kiosk was when it last said so: one row, overwritten.
CREATE TABLE kiosk_states (
  facility_code TEXT NOT NULL,
  kiosk_id      TEXT NOT NULL,
  heard_at      BIGINT NOT NULL,
  version       TEXT NOT NULL,
  reader        TEXT NOT NULL,
  scanner       TEXT NOT NULL,
  printer       TEXT NOT NULL,
  camera        TEXT NOT NULL,
  disk          TEXT NOT NULL,
  unsent        BIGINT NOT NULL,
  PRIMARY KEY (facility_code, kiosk_id)
);

-- Certificates of document signers whose cards staff compared with their holders; nobody vouches for them by being here.
CREATE TABLE document_signers (
  facility_code TEXT NOT NULL,
  signer_hash   {bytes} NOT NULL,
  certificate   {bytes} NOT NULL,
  PRIMARY KEY (facility_code, signer_hash)
);

-- In whose name kiosks ask for entitlements, and from when until when. Where nobody is on duty, the configuration says who.
CREATE TABLE duty_officers (
  facility_code TEXT NOT NULL,
  duty_id       TEXT NOT NULL,
  name_sealed   {bytes} NOT NULL,
  number_sealed {bytes} NOT NULL,
  from_at       BIGINT NOT NULL,
  until_at      BIGINT NOT NULL,
  added_by      TEXT NOT NULL,
  added_at      BIGINT NOT NULL,
  ended_by      TEXT,
  ended_at      BIGINT,
  PRIMARY KEY (facility_code, duty_id)
);
CREATE INDEX duty_officers_by_time ON duty_officers (facility_code, until_at);
