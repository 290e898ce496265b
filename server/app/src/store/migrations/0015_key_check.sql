-- What only the hospital's own master key opens: with another one no server starts, instead of failing field by field.
CREATE TABLE key_checks (
  facility_code TEXT NOT NULL,
  check_sealed  {bytes} NOT NULL,
  PRIMARY KEY (facility_code)
);
