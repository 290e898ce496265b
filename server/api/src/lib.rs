//! The JSON between kiosk and server.
