-- What a job carries stands beside its row and is written once: a row of SQLite is written anew, as long as it is,
-- with every change of state.
CREATE TABLE dispatch_bodies (
  facility_code TEXT NOT NULL,
  step          TEXT NOT NULL,
  subject_id    TEXT NOT NULL,
  body_sealed   {bytes} NOT NULL,
  PRIMARY KEY (facility_code, step, subject_id)
);
INSERT INTO dispatch_bodies (facility_code, step, subject_id, body_sealed)
  SELECT facility_code, step, subject_id, body_sealed FROM dispatch_jobs;
ALTER TABLE dispatch_jobs DROP COLUMN body_sealed;
