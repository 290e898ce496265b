//! One kiosk without its window: session, devices and clock.
