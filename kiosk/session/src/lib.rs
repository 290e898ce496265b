//! What happens to one patient: state, event, effect, screen.
