-- How far somebody is signed in, when they last touched the page, and which computer it is.
ALTER TABLE staff_sessions ADD COLUMN step TEXT NOT NULL DEFAULT 'full';
ALTER TABLE staff_sessions ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE staff_sessions ADD COLUMN workstation {bytes};

-- For the quick change of people at a shared computer.
ALTER TABLE staff ADD COLUMN pin_hash TEXT;
ALTER TABLE staff ADD COLUMN badge_hash {bytes};
CREATE UNIQUE INDEX staff_badges ON staff (facility_code, badge_hash);

-- Who signed in fully at a computer on a day, and how many wrong PINs were tried for them since.
CREATE TABLE workstation_members (
  facility_code TEXT NOT NULL,
  workstation   {bytes} NOT NULL,
  login         TEXT NOT NULL,
  service_day   TEXT NOT NULL,
  tries         BIGINT NOT NULL,
  PRIMARY KEY (facility_code, workstation, login)
);

-- Secrets of authenticator apps (RFC 6238), sealed. The last step that was accepted is never accepted again.
CREATE TABLE staff_factors (
  facility_code TEXT NOT NULL,
  login         TEXT NOT NULL,
  secret_sealed {bytes} NOT NULL,
  confirmed_at  BIGINT,
  last_step     BIGINT NOT NULL,
  PRIMARY KEY (facility_code, login)
);

-- Recovery codes, as keyed hashes; each good once.
CREATE TABLE staff_recovery (
  facility_code TEXT NOT NULL,
  login         TEXT NOT NULL,
  code_hash     {bytes} NOT NULL,
  used_at       BIGINT,
  PRIMARY KEY (facility_code, login, code_hash)
);

-- One-time links with which somebody makes an account: the first administrator, then whoever is invited.
CREATE TABLE staff_links (
  facility_code TEXT NOT NULL,
  token_hash    {bytes} NOT NULL,
  role          TEXT NOT NULL,
  made_at       BIGINT NOT NULL,
  expires_at    BIGINT NOT NULL,
  used_at       BIGINT,
  PRIMARY KEY (facility_code, token_hash)
);
