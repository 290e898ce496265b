-- The authority that signs the certificates of this hospital's kiosks; its key is sealed.
CREATE TABLE kiosk_authority (
  facility_code TEXT NOT NULL,
  certificate   {bytes} NOT NULL,
  key_sealed    {bytes} NOT NULL,
  created_at    BIGINT NOT NULL,
  PRIMARY KEY (facility_code)
);

-- One-time codes for enrolment: a hash, good once and for minutes.
CREATE TABLE kiosk_codes (
  facility_code TEXT NOT NULL,
  code_hash     {bytes} NOT NULL,
  kiosk_id      TEXT NOT NULL,
  made_at       BIGINT NOT NULL,
  expires_at    BIGINT NOT NULL,
  used_at       BIGINT,
  PRIMARY KEY (facility_code, code_hash)
);

CREATE TABLE kiosk_certificates (
  facility_code TEXT NOT NULL,
  serial        TEXT NOT NULL,
  kiosk_id      TEXT NOT NULL,
  issued_at     BIGINT NOT NULL,
  expires_at    BIGINT NOT NULL,
  -- The first use of a certificate ends those before it.
  first_used_at BIGINT,
  revoked_at    BIGINT,
  PRIMARY KEY (facility_code, serial)
);
CREATE INDEX kiosk_certificates_of_a_kiosk ON kiosk_certificates (facility_code, kiosk_id);
