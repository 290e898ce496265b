-- The audit record as a chain. A row here names a row of audit by its place and the hash that hangs on everything before.
-- Rows are inserted, never changed; what was in audit when they were written is what verifies.
CREATE TABLE audit_chain (
  facility_code TEXT NOT NULL,
  place         BIGINT NOT NULL,
  audit_id      TEXT NOT NULL,
  hash          {bytes} NOT NULL,
  PRIMARY KEY (facility_code, place)
);
CREATE UNIQUE INDEX audit_chained_once ON audit_chain (facility_code, audit_id);
