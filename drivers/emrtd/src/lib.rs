//! Electronic machine-readable travel documents (ICAO Doc 9303): access, secure messaging, files, authentication.
