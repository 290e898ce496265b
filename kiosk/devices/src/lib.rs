//! Worker threads over the drivers and the server.
