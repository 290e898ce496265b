-- What the hospital's own system tells, and what it is told. The rules of 0001 hold here too.

-- An appointment by the hospital's own id; what was told later wins. A cancelled one that was never booked here has only
-- its id. number_hash is keyed.
CREATE TABLE appointments (
  facility_code  TEXT NOT NULL,
  appointment_id TEXT NOT NULL,
  state          TEXT NOT NULL,
  told_at        BIGINT NOT NULL,
  service_day    TEXT,
  starts_at      BIGINT,
  department     TEXT,
  room           TEXT,
  number_hash    {bytes},
  patient_sealed {bytes},
  visit_id       TEXT,
  PRIMARY KEY (facility_code, appointment_id)
);
CREATE INDEX appointments_of_a_number ON appointments (facility_code, number_hash, service_day);
CREATE INDEX appointments_of_a_visit ON appointments (facility_code, visit_id);
CREATE INDEX appointments_of_a_day ON appointments (facility_code, service_day);

-- Which visit of ours is which number of theirs.
CREATE TABLE hospital_visits (
  facility_code TEXT NOT NULL,
  their_number  TEXT NOT NULL,
  visit_id      TEXT NOT NULL,
  linked_at     BIGINT NOT NULL,
  PRIMARY KEY (facility_code, their_number)
);

-- What each destination is told, written in the transaction of the queue's event. The body is made and sealed before it is
-- sent for the first time, the same at each repetition, and forgotten when it has arrived.
CREATE TABLE hospital_events (
  facility_code TEXT NOT NULL,
  destination   TEXT NOT NULL,
  event_id      TEXT NOT NULL,
  visit_id      TEXT NOT NULL,
  kind          TEXT NOT NULL,
  department    TEXT NOT NULL,
  service_day   TEXT NOT NULL,
  ticket        TEXT NOT NULL,
  counter       TEXT,
  at            BIGINT NOT NULL,
  state         TEXT NOT NULL,
  due_at        BIGINT NOT NULL,
  attempts      BIGINT NOT NULL,
  fence         BIGINT NOT NULL,
  lease_until   BIGINT,
  finished_at   BIGINT,
  last_outcome  TEXT,
  body_sealed   {bytes},
  PRIMARY KEY (facility_code, destination, event_id)
);
CREATE INDEX hospital_events_due ON hospital_events (facility_code, destination, state, due_at, event_id);
CREATE INDEX hospital_events_of_a_visit ON hospital_events (facility_code, destination, visit_id, state, event_id);
