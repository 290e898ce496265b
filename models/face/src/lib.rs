//! Face matching: portrait, detection, alignment, embedding, quality, liveness, decision.
