-- Departments in their order: who takes patients, where, when and how many in a day. None is ever removed: what is past
-- names it. retired_at is null while it takes patients. Times are seconds of the local day; rooms are divided by commas.
CREATE TABLE departments (
  facility_code TEXT NOT NULL,
  code          TEXT NOT NULL,
  position      BIGINT NOT NULL,
  prefix        TEXT NOT NULL,
  name_vi       TEXT NOT NULL,
  name_en       TEXT NOT NULL,
  rooms         TEXT NOT NULL,
  floor         TEXT NOT NULL,
  reception     BIGINT NOT NULL,
  opens         BIGINT,
  closes        BIGINT,
  minutes_low   BIGINT,
  minutes_high  BIGINT,
  capacity      BIGINT,
  retired_at    BIGINT,
  PRIMARY KEY (facility_code, code)
);

-- Goes up by one with each change of the list, so that other processes notice. 0: nothing was ever in it.
CREATE TABLE department_lists (
  facility_code TEXT NOT NULL,
  revision      BIGINT NOT NULL,
  PRIMARY KEY (facility_code)
);
