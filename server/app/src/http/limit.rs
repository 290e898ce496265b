//! How many requests one sender may make: a bucket that fills with time.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Senders remembered at a time; full buckets are forgotten first.
const MAX_SENDERS: usize = 4096;

pub struct RateLimit {
    per_minute: f64,
    buckets: Mutex<HashMap<String, Bucket>>,
}

struct Bucket {
    tokens: f64,
    seen_ms: i64,
}

impl RateLimit {
    pub fn per_minute(requests: u32) -> Self {
        Self { per_minute: f64::from(requests.max(1)), buckets: Mutex::default() }
    }

    /// Takes one token; false where the sender has none left.
    pub fn admits(&self, sender: &str, now_ms: i64) -> bool {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MAX_SENDERS && !buckets.contains_key(sender) {
            let full = self.per_minute;
            buckets.retain(|_, bucket| bucket.at(now_ms, full) < full);
            if buckets.len() >= MAX_SENDERS {
                return false;
            }
        }
        let bucket = buckets.entry(sender.to_owned()).or_insert(Bucket { tokens: self.per_minute, seen_ms: now_ms });
        let tokens = bucket.at(now_ms, self.per_minute);
        bucket.seen_ms = now_ms;
        bucket.tokens = if tokens >= 1.0 { tokens - 1.0 } else { tokens };
        tokens >= 1.0
    }
}

impl Bucket {
    fn at(&self, now_ms: i64, per_minute: f64) -> f64 {
        let elapsed_ms = (now_ms - self.seen_ms).max(0) as f64;
        (self.tokens + elapsed_ms / 60_000.0 * per_minute).min(per_minute)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_that_used_up_its_minute_waits_and_others_do_not() {
        let limit = RateLimit::per_minute(2);
        assert!(limit.admits("a", 0) && limit.admits("a", 0));
        assert!(!limit.admits("a", 0));
        assert!(limit.admits("b", 0));
        assert!(!limit.admits("a", 29_000));
        assert!(limit.admits("a", 60_000));
    }

    #[test]
    fn too_many_senders_are_refused_rather_than_remembered() {
        let limit = RateLimit::per_minute(2);
        for sender in 0..MAX_SENDERS {
            assert!(limit.admits(&sender.to_string(), 0));
        }
        assert!(!limit.admits("one more", 0));
        assert!(limit.admits("one more", 60_000), "old senders are forgotten");
    }
}
