-- Rules of every table: facility_code leads each key; moments are milliseconds since 1970 (UTC); days are YYYY-MM-DD in
-- Asia/Ho_Chi_Minh; columns named *_sealed are XChaCha20-Poly1305, columns named *_hash are SHA-256 or keyed HMAC-SHA256.
-- {bytes} is BLOB on SQLite and BYTEA on PostgreSQL: the one word in which the two differ.

CREATE TABLE kiosks (
  facility_code TEXT NOT NULL,
  kiosk_id      TEXT NOT NULL,
  key_hash      {bytes} NOT NULL,
  enrolled_at   BIGINT NOT NULL,
  revoked_at    BIGINT,
  PRIMARY KEY (facility_code, kiosk_id)
);

-- Challenges for active authentication. One made online belongs to a visit and expires; one that came with a block belongs
-- to its kiosk and is good for that day.
CREATE TABLE challenges (
  facility_code TEXT NOT NULL,
  challenge     {bytes} NOT NULL,
  kiosk_id      TEXT NOT NULL,
  visit_id      TEXT,
  service_day   TEXT NOT NULL,
  issued_at     BIGINT NOT NULL,
  expires_at    BIGINT NOT NULL,
  used_at       BIGINT,
  used_by       TEXT,
  PRIMARY KEY (facility_code, challenge)
);

CREATE TABLE visits (
  facility_code         TEXT NOT NULL,
  visit_id              TEXT NOT NULL,
  kiosk_id              TEXT NOT NULL,
  service_day           TEXT NOT NULL,
  opened_at             BIGINT NOT NULL,
  assurance             TEXT NOT NULL,
  person_sealed         {bytes},
  number_hash           {bytes},
  facts                 TEXT NOT NULL,
  entitlement_state     TEXT NOT NULL,
  entitlement_sealed    {bytes},
  department            TEXT,
  payer                 TEXT,
  counter_reason        TEXT,
  check_in_hash         {bytes},
  check_in_reply_sealed {bytes},
  checked_in_at         BIGINT,
  desk_state            TEXT NOT NULL,
  desk_login            TEXT,
  desk_at               BIGINT,
  called_at             BIGINT,
  PRIMARY KEY (facility_code, visit_id)
);
CREATE INDEX visits_of_a_day ON visits (facility_code, service_day, desk_state);
CREATE INDEX visits_of_a_number ON visits (facility_code, number_hash);

CREATE TABLE identifications (
  facility_code   TEXT NOT NULL,
  visit_id        TEXT NOT NULL,
  kiosk_id        TEXT NOT NULL,
  identified_at   BIGINT NOT NULL,
  request_hash    {bytes} NOT NULL,
  reply_sealed    {bytes} NOT NULL,
  document        TEXT NOT NULL,
  signer_trust    TEXT,
  signer_hash     {bytes},
  card_hash       {bytes},
  authenticity    TEXT,
  face            TEXT NOT NULL,
  face_score      DOUBLE PRECISION,
  portrait_hash   {bytes},
  evidence_sealed {bytes},
  evidence_purge  TEXT,
  PRIMARY KEY (facility_code, visit_id)
);
CREATE INDEX identifications_to_purge ON identifications (facility_code, evidence_purge);

CREATE TABLE counters (
  facility_code TEXT NOT NULL,
  department    TEXT NOT NULL,
  service_day   TEXT NOT NULL,
  last_number   BIGINT NOT NULL,
  PRIMARY KEY (facility_code, department, service_day)
);

CREATE TABLE tickets (
  facility_code TEXT NOT NULL,
  department    TEXT NOT NULL,
  service_day   TEXT NOT NULL,
  number        BIGINT NOT NULL,
  visit_id      TEXT NOT NULL,
  kiosk_id      TEXT NOT NULL,
  issued_at     BIGINT NOT NULL,
  source        TEXT NOT NULL,
  state         TEXT NOT NULL,
  void_reason   TEXT,
  PRIMARY KEY (facility_code, department, service_day, number)
);
CREATE UNIQUE INDEX one_valid_ticket_a_visit ON tickets (facility_code, visit_id) WHERE state <> 'void';

CREATE TABLE block_numbers (
  facility_code TEXT NOT NULL,
  department    TEXT NOT NULL,
  service_day   TEXT NOT NULL,
  number        BIGINT NOT NULL,
  kiosk_id      TEXT NOT NULL,
  reserved_at   BIGINT NOT NULL,
  PRIMARY KEY (facility_code, department, service_day, number)
);

CREATE TABLE reconciliations (
  facility_code TEXT NOT NULL,
  visit_id      TEXT NOT NULL,
  kiosk_id      TEXT NOT NULL,
  content_hash  {bytes} NOT NULL,
  reply_sealed  {bytes} NOT NULL,
  reconciled_at BIGINT NOT NULL,
  PRIMARY KEY (facility_code, visit_id)
);

-- What must reach the outside. held: waits for the hospital system's "first cost"; ready: a worker may take it.
CREATE TABLE outbox (
  facility_code  TEXT NOT NULL,
  kind           TEXT NOT NULL,
  visit_id       TEXT NOT NULL,
  state          TEXT NOT NULL,
  payload_sealed {bytes} NOT NULL,
  created_at     BIGINT NOT NULL,
  due_at         BIGINT NOT NULL,
  attempts       BIGINT NOT NULL,
  fence          BIGINT NOT NULL,
  lease_until    BIGINT,
  finished_at    BIGINT,
  last_outcome   TEXT,
  PRIMARY KEY (facility_code, kind, visit_id)
);
CREATE INDEX outbox_due ON outbox (facility_code, kind, state, due_at);

CREATE TABLE eid_answers (
  facility_code TEXT NOT NULL,
  nonce_hash    {bytes} NOT NULL,
  visit_id      TEXT NOT NULL,
  kiosk_id      TEXT NOT NULL,
  person_sealed {bytes} NOT NULL,
  portrait_hash {bytes} NOT NULL,
  expires_at    BIGINT NOT NULL,
  received_at   BIGINT NOT NULL,
  PRIMARY KEY (facility_code, nonce_hash)
);
CREATE INDEX eid_answers_of_a_visit ON eid_answers (facility_code, visit_id, received_at);

CREATE TABLE alerts (
  facility_code TEXT NOT NULL,
  alert_id      TEXT NOT NULL,
  kiosk_id      TEXT NOT NULL,
  kind          TEXT NOT NULL,
  visit_id      TEXT,
  raised_at     BIGINT NOT NULL,
  answered_at   BIGINT,
  answered_by   TEXT,
  PRIMARY KEY (facility_code, alert_id)
);
CREATE INDEX alerts_open ON alerts (facility_code, answered_at);

-- A card whose holder staff compared in person and whose chip was signed by this signer; one row a card.
CREATE TABLE signer_observations (
  facility_code TEXT NOT NULL,
  signer_hash   {bytes} NOT NULL,
  card_hash     {bytes} NOT NULL,
  service_day   TEXT NOT NULL,
  visit_id      TEXT NOT NULL,
  login         TEXT NOT NULL,
  PRIMARY KEY (facility_code, signer_hash, card_hash)
);

CREATE TABLE pinned_signers (
  facility_code TEXT NOT NULL,
  signer_hash   {bytes} NOT NULL,
  pinned_at     BIGINT NOT NULL,
  pinned_by     TEXT NOT NULL,
  cards         BIGINT NOT NULL,
  days          BIGINT NOT NULL,
  PRIMARY KEY (facility_code, signer_hash)
);

CREATE TABLE staff (
  facility_code TEXT NOT NULL,
  login         TEXT NOT NULL,
  name_sealed   {bytes} NOT NULL,
  password_hash TEXT NOT NULL,
  role          TEXT NOT NULL,
  added_at      BIGINT NOT NULL,
  disabled_at   BIGINT,
  PRIMARY KEY (facility_code, login)
);

CREATE TABLE staff_sessions (
  facility_code TEXT NOT NULL,
  token_hash    {bytes} NOT NULL,
  login         TEXT NOT NULL,
  csrf          TEXT NOT NULL,
  opened_at     BIGINT NOT NULL,
  expires_at    BIGINT NOT NULL,
  PRIMARY KEY (facility_code, token_hash)
);

-- Who did what, by ids and codes; never a name or a number of a patient.
CREATE TABLE audit (
  facility_code TEXT NOT NULL,
  audit_id      TEXT NOT NULL,
  at            BIGINT NOT NULL,
  actor         TEXT NOT NULL,
  action        TEXT NOT NULL,
  visit_id      TEXT,
  detail        TEXT NOT NULL,
  PRIMARY KEY (facility_code, audit_id)
);
CREATE INDEX audit_in_order ON audit (facility_code, at);
