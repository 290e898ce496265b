//! USB smart-card reader host (CCID 1.1).
