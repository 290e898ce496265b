//! The public API on invented papers: worked examples, rules, readings, hostile documents, round trips.

mod hostile_documents;
mod invented;
mod reading;
mod round_trip;
mod rules;
mod worked_examples;
