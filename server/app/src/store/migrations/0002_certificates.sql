-- Certificates, their numbers, and what is sent to the insurance gateway. The rules of 0001 hold here too.

-- One paper of one person. A driver paper with several licence classes is one row a class (natural key SO + HANGBANGLAI),
-- kept together by paper_id; twins have one row each. revision grows with each change, so that of two people who change
-- the same paper one is told. variant is the licence class of a driver row, empty elsewhere.
CREATE TABLE certificates (
  facility_code       TEXT NOT NULL,
  certificate_id      TEXT NOT NULL,
  kind                TEXT NOT NULL,
  paper_id            TEXT NOT NULL,
  variant             TEXT NOT NULL,
  state               TEXT NOT NULL,
  state_at            BIGINT NOT NULL,
  revision            BIGINT NOT NULL,
  created_at          BIGINT NOT NULL,
  created_by          TEXT NOT NULL,
  draft_sealed        {bytes} NOT NULL,
  frozen_sealed       {bytes},
  frozen_hash         {bytes},
  frozen_at           BIGINT,
  year                BIGINT,
  number              BIGINT,
  natural_key         TEXT,
  issue               BIGINT NOT NULL,
  confirmer_hash      {bytes},
  issued_at           BIGINT,
  deadline_at         BIGINT,
  settled_at          BIGINT,
  outcome_code        TEXT,
  receipt             TEXT,
  received_at         BIGINT,
  replaces            TEXT,
  replaced_by         TEXT,
  token_hash          {bytes},
  token_sealed        {bytes},
  PRIMARY KEY (facility_code, certificate_id)
);
CREATE INDEX certificates_by_state ON certificates (facility_code, state, state_at);
CREATE INDEX certificates_of_a_paper ON certificates (facility_code, paper_id);
CREATE INDEX certificates_due ON certificates (facility_code, settled_at, deadline_at);
CREATE INDEX certificates_of_a_confirmer ON certificates (facility_code, confirmer_hash);
CREATE UNIQUE INDEX one_certificate_an_issue ON certificates (facility_code, kind, natural_key, issue);
CREATE UNIQUE INDEX one_certificate_a_token ON certificates (facility_code, token_hash);

-- Whom a certificate concerns: mother, child's father, deceased, applicant, by keyed hash of the number.
CREATE TABLE certificate_people (
  facility_code  TEXT NOT NULL,
  certificate_id TEXT NOT NULL,
  person_hash    {bytes} NOT NULL,
  part           TEXT NOT NULL,
  PRIMARY KEY (facility_code, certificate_id, person_hash, part)
);
CREATE INDEX certificates_of_a_person ON certificate_people (facility_code, person_hash);

-- Each change of state: who, when, why, and what to do next. why holds a code; words of staff are sealed.
CREATE TABLE certificate_events (
  facility_code  TEXT NOT NULL,
  event_id       TEXT NOT NULL,
  certificate_id TEXT NOT NULL,
  at             BIGINT NOT NULL,
  actor          TEXT NOT NULL,
  move           TEXT NOT NULL,
  from_state     TEXT NOT NULL,
  to_state       TEXT NOT NULL,
  why            TEXT NOT NULL,
  words_sealed   {bytes},
  next_step      TEXT NOT NULL,
  PRIMARY KEY (facility_code, event_id)
);
CREATE INDEX events_of_a_certificate ON certificate_events (facility_code, certificate_id, at);

CREATE TABLE number_counters (
  facility_code TEXT NOT NULL,
  kind          TEXT NOT NULL,
  year          BIGINT NOT NULL,
  last_number   BIGINT NOT NULL,
  PRIMARY KEY (facility_code, kind, year)
);

-- Who may give which numbers. Without a row all numbers of that kind and year are ours.
CREATE TABLE number_ranges (
  facility_code TEXT NOT NULL,
  kind          TEXT NOT NULL,
  year          BIGINT NOT NULL,
  first_number  BIGINT NOT NULL,
  last_number   BIGINT NOT NULL,
  owner         TEXT NOT NULL,
  assigned_at   BIGINT NOT NULL,
  assigned_by   TEXT NOT NULL,
  PRIMARY KEY (facility_code, kind, year, first_number)
);

-- Evidence that the citizen read and agreed: never a gate.
CREATE TABLE confirmations (
  facility_code   TEXT NOT NULL,
  confirmation_id TEXT NOT NULL,
  certificate_id  TEXT NOT NULL,
  kiosk_id        TEXT NOT NULL,
  visit_id        TEXT NOT NULL,
  person_hash     {bytes} NOT NULL,
  text_hash       {bytes} NOT NULL,
  confirmed_at    BIGINT NOT NULL,
  challenge       {bytes} NOT NULL,
  answer_sealed   {bytes},
  PRIMARY KEY (facility_code, confirmation_id)
);
CREATE INDEX confirmations_of_a_certificate ON confirmations (facility_code, certificate_id, confirmed_at);

-- Signatures of practitioners over the frozen payload, detached: kept with us, shown on paper, never sent.
CREATE TABLE practitioner_signatures (
  facility_code    TEXT NOT NULL,
  certificate_id   TEXT NOT NULL,
  login            TEXT NOT NULL,
  frozen_hash      {bytes} NOT NULL,
  signature_sealed {bytes} NOT NULL,
  signed_at        BIGINT NOT NULL,
  PRIMARY KEY (facility_code, certificate_id, login, frozen_hash)
);

-- What a worker signs and sends. One row a step (sign, send) and subject (a certificate, or the visit of a check-in
-- message). fence grows with each lease. started_at is committed before the first byte leaves: from then on no machine
-- sends the row again. body_sealed of a send row are the signed bytes, and what any repeat sends.
CREATE TABLE dispatch_jobs (
  facility_code TEXT NOT NULL,
  step          TEXT NOT NULL,
  subject_id    TEXT NOT NULL,
  kind          TEXT NOT NULL,
  state         TEXT NOT NULL,
  natural_key   TEXT NOT NULL,
  issue         BIGINT NOT NULL,
  body_sealed   {bytes} NOT NULL,
  content_hash  {bytes} NOT NULL,
  after_subject TEXT,
  created_at    BIGINT NOT NULL,
  due_at        BIGINT NOT NULL,
  attempts      BIGINT NOT NULL,
  fence         BIGINT NOT NULL,
  worker_id     TEXT,
  lease_until   BIGINT,
  started_at    BIGINT,
  finished_at   BIGINT,
  last_outcome  TEXT,
  PRIMARY KEY (facility_code, step, subject_id)
);
CREATE INDEX jobs_due ON dispatch_jobs (facility_code, step, state, kind, due_at, subject_id);
CREATE INDEX jobs_of_a_subject ON dispatch_jobs (facility_code, subject_id);
CREATE UNIQUE INDEX one_job_an_issue ON dispatch_jobs (facility_code, step, kind, natural_key, issue);

-- Every request to the gateway for one subject, in order; what was answered, and what people found out afterwards.
CREATE TABLE dispatch_attempts (
  facility_code TEXT NOT NULL,
  attempt_id    TEXT NOT NULL,
  subject_id    TEXT NOT NULL,
  kind          TEXT NOT NULL,
  fence         BIGINT NOT NULL,
  actor         TEXT NOT NULL,
  destination   TEXT NOT NULL,
  content_hash  {bytes} NOT NULL,
  started_at    BIGINT NOT NULL,
  ended_at      BIGINT,
  outcome       TEXT,
  code          TEXT,
  receipt       TEXT,
  received_at   BIGINT,
  answer_sealed {bytes},
  PRIMARY KEY (facility_code, attempt_id)
);
CREATE INDEX attempts_of_a_subject ON dispatch_attempts (facility_code, subject_id, started_at);
CREATE INDEX attempts_by_receipt ON dispatch_attempts (facility_code, receipt);

-- Where each kind goes from which moment on: endpoints change on known days.
CREATE TABLE destinations (
  facility_code TEXT NOT NULL,
  kind          TEXT NOT NULL,
  valid_from    BIGINT NOT NULL,
  target        TEXT NOT NULL,
  entered_at    BIGINT NOT NULL,
  entered_by    TEXT NOT NULL,
  PRIMARY KEY (facility_code, kind, valid_from)
);

-- One token an account, taken by one process at a time: a second one may end the first one's token.
CREATE TABLE gateway_tokens (
  facility_code TEXT NOT NULL,
  account       TEXT NOT NULL,
  generation    BIGINT NOT NULL,
  token_sealed  {bytes},
  good_until    BIGINT NOT NULL,
  holder        TEXT,
  lease_until   BIGINT,
  PRIMARY KEY (facility_code, account)
);

CREATE TABLE worker_heartbeats (
  facility_code TEXT NOT NULL,
  worker_id     TEXT NOT NULL,
  started_at    BIGINT NOT NULL,
  beat_at       BIGINT NOT NULL,
  PRIMARY KEY (facility_code, worker_id)
);

-- The kill switch: the latest row counts.
CREATE TABLE dispatch_switches (
  facility_code TEXT NOT NULL,
  switch_id     TEXT NOT NULL,
  at            BIGINT NOT NULL,
  actor         TEXT NOT NULL,
  position      TEXT NOT NULL,
  why           TEXT NOT NULL,
  PRIMARY KEY (facility_code, switch_id)
);
