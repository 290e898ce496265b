//! The kiosk on its touchscreen.
