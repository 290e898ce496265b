-- The queue of a department and day. Its events are the record, append-only: the state is their fold. A sequence number
-- is given once, whichever process asks. queue_places is what lists read, written in the transaction of the events.

CREATE TABLE queue_heads (
  facility_code TEXT NOT NULL,
  department    TEXT NOT NULL,
  service_day   TEXT NOT NULL,
  last_seq      BIGINT NOT NULL,
  PRIMARY KEY (facility_code, department, service_day)
);

-- event: JSON of version 1 of the queue's events; visits and ticket numbers, codes, logins. Nothing personal.
CREATE TABLE queue_events (
  facility_code TEXT NOT NULL,
  department    TEXT NOT NULL,
  service_day   TEXT NOT NULL,
  seq           BIGINT NOT NULL,
  at            BIGINT NOT NULL,
  visit_id      TEXT,
  event         TEXT NOT NULL,
  PRIMARY KEY (facility_code, department, service_day, seq)
);
CREATE INDEX queue_events_of_a_visit ON queue_events (facility_code, visit_id, at);

CREATE TABLE queue_places (
  facility_code TEXT NOT NULL,
  department    TEXT NOT NULL,
  service_day   TEXT NOT NULL,
  visit_id      TEXT NOT NULL,
  ticket        TEXT NOT NULL,
  state         TEXT NOT NULL,
  earned_at     BIGINT NOT NULL,
  joined_at     BIGINT NOT NULL,
  calls         BIGINT NOT NULL,
  counter       TEXT,
  PRIMARY KEY (facility_code, department, service_day, visit_id)
);
CREATE INDEX queue_places_of_a_state ON queue_places (facility_code, service_day, department, state);
CREATE INDEX queue_places_of_a_visit ON queue_places (facility_code, visit_id);

-- Being called is the queue's matter now; the counter's list only knows who was compared with the document.
UPDATE visits SET desk_state = 'waiting' WHERE desk_state = 'called';
