//! Mock of the health-insurance assessment gateway and of an e-identity verifier.
