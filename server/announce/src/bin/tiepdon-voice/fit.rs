//! A recording made into a clip: one channel, 16 kHz, silence off both ends, as loud as the others.

use std::f64::consts::PI;
use std::io::Read;

use announce::RATE_HZ;
use hound::{SampleFormat, WavReader};

/// A word, a phrase; not a speech.
const MAX_SECONDS: u32 = 30;
/// Below this share of its loudest moment a recording counts as silent (-36 dB).
const SILENCE: f64 = 0.016;
/// Kept before and after the sound, so that soft consonants survive.
const MARGIN_SECONDS: f64 = 0.012;
/// Root mean square of every clip, of full scale: -18 dB.
const LOUDNESS: f64 = 0.126;
/// No sample above this, of full scale: -1.4 dB. Where it binds, a clip stays softer.
const PEAK: f64 = 0.85;
/// Zero crossings of the interpolating sinc on each side.
const CROSSINGS: f64 = 16.0;

/// Samples between -1 and 1, one channel.
pub struct Recorded {
    samples: Vec<f64>,
    rate_hz: u32,
}

#[derive(Debug, thiserror::Error)]
pub enum FitError {
    #[error("the recording cannot be read")]
    Form(#[from] hound::Error),
    #[error("the recording has no or too many samples a second: {0}")]
    Rate(u32),
    #[error("the recording is longer than {MAX_SECONDS} seconds")]
    Long,
    #[error("nothing is heard in the recording")]
    Silent,
}

impl Recorded {
    pub fn read<R: Read>(reader: &mut WavReader<R>) -> Result<Self, FitError> {
        let spec = reader.spec();
        if !(8_000..=192_000).contains(&spec.sample_rate) {
            return Err(FitError::Rate(spec.sample_rate));
        }
        if reader.duration() > MAX_SECONDS * spec.sample_rate {
            return Err(FitError::Long);
        }
        let all: Vec<f64> = match spec.sample_format {
            SampleFormat::Float => reader.samples::<f32>().map(|s| s.map(f64::from)).collect::<Result<_, _>>()?,
            SampleFormat::Int => {
                let full = f64::from(1_u32 << (spec.bits_per_sample - 1));
                reader.samples::<i32>().map(|s| s.map(|s| f64::from(s) / full)).collect::<Result<_, _>>()?
            }
        };
        let channels = usize::from(spec.channels.max(1));
        let mono = all.chunks(channels).map(|frame| frame.iter().sum::<f64>() / channels as f64).collect();
        Ok(Self { samples: mono, rate_hz: spec.sample_rate })
    }

    pub fn fitted(&self) -> Result<Vec<i16>, FitError> {
        let resampled = resample(&self.samples, self.rate_hz, RATE_HZ);
        let sound = trimmed(&resampled);
        let peak = loudest(sound);
        if peak < 0.003 {
            return Err(FitError::Silent);
        }
        let power = sound.iter().map(|s| s * s).sum::<f64>() / sound.len() as f64;
        let gain = (LOUDNESS / power.sqrt()).min(PEAK / peak) * f64::from(i16::MAX);
        Ok(sound.iter().map(|s| (s * gain).round() as i16).collect())
    }
}

fn loudest(samples: &[f64]) -> f64 {
    samples.iter().fold(0.0, |peak, sample| sample.abs().max(peak))
}

fn trimmed(samples: &[f64]) -> &[f64] {
    let audible = loudest(samples) * SILENCE;
    let margin = (MARGIN_SECONDS * f64::from(RATE_HZ)) as usize;
    let first = samples.iter().position(|sample| sample.abs() > audible).unwrap_or(0);
    let last = samples.iter().rposition(|sample| sample.abs() > audible).unwrap_or(0);
    &samples[first.saturating_sub(margin)..(last + margin + 1).min(samples.len())]
}

/// Band-limited interpolation with a Hann-windowed sinc (Smith, "Digital Audio Resampling"). Slow and exact: it runs once.
fn resample(samples: &[f64], from_hz: u32, to_hz: u32) -> Vec<f64> {
    if from_hz == to_hz {
        return samples.to_vec();
    }
    let step = f64::from(from_hz) / f64::from(to_hz);
    // Towards fewer samples the sinc widens, so that nothing above the new half rate folds back.
    let cutoff = (1.0 / step).min(1.0);
    let reach = CROSSINGS / cutoff;
    let count = (samples.len() as f64 / step) as usize;
    (0..count)
        .map(|index| {
            let centre = index as f64 * step;
            let first = (centre - reach).ceil().max(0.0) as usize;
            let last = ((centre + reach).floor() as usize).min(samples.len().saturating_sub(1));
            (first..=last)
                .map(|place| {
                    let distance = place as f64 - centre;
                    let window = 0.5 + 0.5 * (PI * distance / reach).cos();
                    samples[place] * cutoff * sinc(distance * cutoff) * window
                })
                .sum()
        })
        .collect()
}

fn sinc(x: f64) -> f64 {
    if x.abs() < 1e-9 { 1.0 } else { (PI * x).sin() / (PI * x) }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    fn tone(hz: f64, rate_hz: u32, seconds: f64) -> Vec<f64> {
        let count = (f64::from(rate_hz) * seconds) as usize;
        (0..count).map(|index| 0.4 * (TAU * hz * index as f64 / f64::from(rate_hz)).sin()).collect()
    }

    #[test]
    fn a_tone_keeps_its_pitch_and_loudness_at_another_rate() {
        let resampled = resample(&tone(1_000.0, 44_100, 0.5), 44_100, RATE_HZ);
        let expected = tone(1_000.0, RATE_HZ, 0.5);
        // The ends of a cut-off tone ring.
        for (heard, meant) in resampled.iter().zip(&expected).skip(200).take(7_000) {
            assert!((heard - meant).abs() < 0.004, "{heard} {meant}");
        }
    }

    #[test]
    fn what_is_too_high_for_the_new_rate_disappears_instead_of_folding_back() {
        let resampled = resample(&tone(11_000.0, 44_100, 0.5), 44_100, RATE_HZ);
        assert!(loudest(&resampled[400..7_000]) < 0.01);
    }

    #[test]
    fn silence_goes_and_loudness_is_that_of_all_clips() {
        let quiet = vec![0.0; 16_000];
        let soft: Vec<f64> = tone(300.0, RATE_HZ, 0.4).iter().map(|sample| sample * 0.1).collect();
        let recorded = Recorded { samples: [quiet.clone(), soft, quiet].concat(), rate_hz: RATE_HZ };
        let clip = recorded.fitted().expect("heard");
        assert!((6_400..6_900).contains(&clip.len()), "{}", clip.len());
        let power = clip.iter().map(|s| f64::from(*s).powi(2)).sum::<f64>() / clip.len() as f64;
        assert!((power.sqrt() / 32_767.0 - LOUDNESS).abs() < 0.003);
        let silent = Recorded { samples: vec![0.0; 8_000], rate_hz: RATE_HZ };
        assert!(matches!(silent.fitted(), Err(FitError::Silent)));
        let empty = Recorded { samples: Vec::new(), rate_hz: RATE_HZ };
        assert!(matches!(empty.fitted(), Err(FitError::Silent)));
    }
}
