//! Two-dimensional code scanner on a serial line.
