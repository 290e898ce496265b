//! Two soft tones before a call, made here: no file, no licence, the same everywhere.

use std::f64::consts::TAU;

use crate::RATE_HZ;

/// E5, then C5: a falling third, the doorbell everybody knows.
const TONES_HZ: [f64; 2] = [659.26, 523.25];
/// The second tone begins while the first still rings.
const STEP_SECONDS: f64 = 0.36;
const LENGTH_SECONDS: f64 = 1.2;
/// Of full scale, for one tone; two ring together and stay below half.
const LOUDNESS: f64 = 0.22;
/// Without it the beginning would click.
const ATTACK_SECONDS: f64 = 0.012;
const DECAY_SECONDS: f64 = 0.28;
/// A silent end, so that the voice does not begin in the bell.
const RELEASE_SECONDS: f64 = 0.15;

/// At [`RATE_HZ`], mono.
pub fn chime() -> Vec<i16> {
    let rate = f64::from(RATE_HZ);
    let count = (LENGTH_SECONDS * rate) as usize;
    (0..count)
        .map(|index| {
            let seconds = index as f64 / rate;
            let rung: f64 =
                TONES_HZ.iter().zip([0.0, STEP_SECONDS]).map(|(hz, begins)| tone(*hz, seconds - begins)).sum();
            let release = ((LENGTH_SECONDS - seconds) / RELEASE_SECONDS).min(1.0);
            (rung * release * f64::from(i16::MAX)).round() as i16
        })
        .collect()
}

fn tone(hz: f64, seconds: f64) -> f64 {
    if seconds < 0.0 {
        return 0.0;
    }
    let envelope = (seconds / ATTACK_SECONDS).min(1.0) * (-seconds / DECAY_SECONDS).exp();
    // A little of the octave makes a sine a bell.
    let wave = (TAU * hz * seconds).sin() + 0.25 * (TAU * 2.0 * hz * seconds).sin() * (-seconds / 0.1).exp();
    LOUDNESS * envelope * wave
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Goertzel: how much of one frequency is in the samples.
    fn strength(samples: &[i16], hz: f64) -> f64 {
        let turn = TAU * hz / f64::from(RATE_HZ);
        let (sine, cosine) = samples.iter().enumerate().fold((0.0, 0.0), |(sine, cosine), (index, sample)| {
            let angle = turn * index as f64;
            (sine + f64::from(*sample) * angle.sin(), cosine + f64::from(*sample) * angle.cos())
        });
        (sine * sine + cosine * cosine).sqrt() / samples.len() as f64
    }

    #[test]
    fn the_chime_is_soft_begins_and_ends_in_silence() {
        let chime = chime();
        let peak = chime.iter().map(|sample| sample.unsigned_abs()).max().expect("sound");
        assert!((4_000..16_000).contains(&peak), "{peak}");
        assert_eq!(chime[0], 0);
        assert!(chime[chime.len() - 1].unsigned_abs() < 20);
    }

    #[test]
    fn its_two_tones_follow_each_other_downwards() {
        let chime = chime();
        let (first, second) = chime.split_at((STEP_SECONDS * f64::from(RATE_HZ)) as usize);
        assert!(strength(first, TONES_HZ[0]) > 10.0 * strength(first, TONES_HZ[1]));
        assert!(strength(second, TONES_HZ[1]) > 2.0 * strength(second, TONES_HZ[0]));
    }
}
