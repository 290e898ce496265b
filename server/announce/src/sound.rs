//! From words to one sound: the chime, the sentence, a breath, the sentence again.

use std::time::Duration;

use crate::{Announcement, Clip, Language, Voice, VoiceError, WavError, chime, wav};

/// Samples a second of every clip and every sound. 16 kHz holds all that speech needs.
pub const RATE_HZ: u32 = 16_000;

/// Joins are faded over so many samples (4 ms): a clip cut in the middle of a wave would click.
const FADE: usize = 64;

/// How calls are spoken in one hall.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manner {
    /// How often one call is said.
    pub times: u8,
    /// In this order, each time.
    pub languages: Vec<Language>,
    /// Quiet between one call and the next.
    pub pause: Duration,
    pub between_sayings: Duration,
    pub between_phrases: Duration,
    pub between_words: Duration,
    pub after_chime: Duration,
}

impl Default for Manner {
    fn default() -> Self {
        Self {
            times: 2,
            languages: vec![Language::Vietnamese],
            pause: Duration::from_secs(8),
            between_sayings: Duration::from_millis(900),
            between_phrases: Duration::from_millis(280),
            between_words: Duration::from_millis(35),
            after_chime: Duration::from_millis(250),
        }
    }
}

/// What a sound is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Chime,
    Clip(Clip),
    Silence(Duration),
}

/// Mono, [`RATE_HZ`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sound {
    samples: Vec<i16>,
}

impl Sound {
    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    pub fn duration(&self) -> Duration {
        Duration::from_secs_f64(self.samples.len() as f64 / f64::from(RATE_HZ))
    }

    pub fn to_wav(&self) -> Result<Vec<u8>, WavError> {
        wav::encode(&self.samples)
    }
}

/// The call from chime to last word.
pub fn parts(call: &Announcement, manner: &Manner) -> Vec<Part> {
    let mut parts = vec![Part::Chime, Part::Silence(manner.after_chime)];
    let sentences = (0..manner.times.max(1)).flat_map(|_| manner.languages.iter());
    for (said, language) in sentences.enumerate() {
        if said > 0 {
            parts.push(Part::Silence(manner.between_sayings));
        }
        for (index, phrase) in call.words(*language).into_iter().enumerate() {
            if index > 0 {
                parts.push(Part::Silence(manner.between_phrases));
            }
            for (index, word) in phrase.into_iter().enumerate() {
                if index > 0 {
                    parts.push(Part::Silence(manner.between_words));
                }
                parts.push(Part::Clip(word));
            }
        }
    }
    parts
}

/// The sound of a call. Missing clips are an error that names them.
pub fn compose(call: &Announcement, voice: &Voice, manner: &Manner) -> Result<Sound, VoiceError> {
    let mut samples = Vec::new();
    for part in parts(call, manner) {
        match part {
            Part::Chime => samples.extend(chime()),
            Part::Silence(quiet) => samples.resize(samples.len() + samples_of(quiet), 0),
            Part::Clip(clip) => {
                let from = samples.len();
                samples.extend_from_slice(voice.samples(clip)?);
                fade(&mut samples[from..]);
            }
        }
    }
    Ok(Sound { samples })
}

fn samples_of(quiet: Duration) -> usize {
    (quiet.as_secs_f64() * f64::from(RATE_HZ)) as usize
}

fn fade(samples: &mut [i16]) {
    let count = FADE.min(samples.len() / 2);
    for index in 0..count {
        let soften = |sample: &mut i16| *sample = (i32::from(*sample) * index as i32 / count as i32) as i16;
        soften(&mut samples[index]);
        let last = samples.len() - 1 - index;
        soften(&mut samples[last]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Destination, PlaceName, Standing};

    fn call() -> Announcement {
        Announcement {
            ticket: "A027".parse().expect("a number"),
            destination: Destination::Room(PlaceName::parse("102").expect("speakable")),
            standing: Standing::Ordinary,
        }
    }

    #[test]
    fn a_call_is_the_chime_and_then_the_sentence_twice() {
        let parts = parts(&call(), &Manner::default());
        assert_eq!(parts[0], Part::Chime);
        let clips: Vec<Clip> =
            parts.iter().filter_map(|part| if let Part::Clip(clip) = part { Some(*clip) } else { None }).collect();
        let (once, again) = clips.split_at(clips.len() / 2);
        assert_eq!(once, again);
        assert_eq!(once, call().words(Language::Vietnamese).concat());
        assert_eq!(parts.iter().filter(|part| **part == Part::Chime).count(), 1);
    }

    #[test]
    fn english_comes_second_each_time_where_it_is_wanted() {
        let manner = Manner { languages: vec![Language::Vietnamese, Language::English], ..Manner::default() };
        let languages: Vec<Language> = parts(&call(), &manner)
            .iter()
            .filter_map(|part| if let Part::Clip(clip) = part { Some(clip.language()) } else { None })
            .collect();
        let mut turns = languages;
        turns.dedup();
        let both = [Language::Vietnamese, Language::English];
        assert_eq!(turns, [both, both].concat());
    }

    #[test]
    fn a_sound_is_as_long_as_its_parts_and_louder_than_none_of_them() {
        let voice =
            Voice::of_clips(Clip::ALL.iter().enumerate().map(|(index, clip)| (*clip, vec![12_000; 1_000 + index])));
        let manner = Manner::default();
        let sound = compose(&call(), &voice, &manner).expect("all clips are there");
        let sum: usize = parts(&call(), &manner)
            .iter()
            .map(|part| match part {
                Part::Chime => chime().len(),
                Part::Silence(quiet) => samples_of(*quiet),
                Part::Clip(clip) => voice.samples(*clip).expect("is there").len(),
            })
            .sum();
        assert_eq!(sound.samples().len(), sum);
        assert!(sound.samples().iter().all(|sample| sample.unsigned_abs() <= 12_000));
    }

    #[test]
    fn a_missing_clip_is_named() {
        let without = Clip::ALL.iter().filter(|clip| **clip != Clip::Muoi && **clip != Clip::Bay);
        let voice = Voice::of_clips(without.map(|clip| (*clip, vec![1_000; 500])));
        let error = compose(&call(), &voice, &Manner::default()).expect_err("a word is missing");
        assert_eq!(error.to_string(), "the clip vi/bay.wav (\"bảy\") is missing");
    }
}
