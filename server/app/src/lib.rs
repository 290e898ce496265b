//! Queue, records and outbox of the hospital.
