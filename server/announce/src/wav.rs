//! WAV files: 16-bit PCM, mono, one rate. Anything else is refused by name.

use std::io::Cursor;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};

use crate::RATE_HZ;

/// A clip is a word or a phrase: nobody speaks one for longer.
pub(crate) const MAX_SECONDS: u32 = 15;

#[derive(Debug, thiserror::Error)]
pub enum WavError {
    #[error("it is no WAV file, or is cut off")]
    Form(#[source] hound::Error),
    #[error("it has {0} samples a second instead of {RATE_HZ}")]
    Rate(u32),
    #[error("it has {0} channels instead of one")]
    Channels(u16),
    #[error("its samples have {0} bits instead of 16 of PCM")]
    Samples(u16),
    #[error("it is silent")]
    Silent,
    #[error("it is longer than {MAX_SECONDS} seconds")]
    Long,
}

const SPEC: WavSpec =
    WavSpec { channels: 1, sample_rate: RATE_HZ, bits_per_sample: 16, sample_format: SampleFormat::Int };

/// The samples of a clip's file.
pub(crate) fn decode(bytes: &[u8]) -> Result<Vec<i16>, WavError> {
    let mut reader = WavReader::new(Cursor::new(bytes)).map_err(WavError::Form)?;
    let spec = reader.spec();
    if spec.channels != 1 {
        return Err(WavError::Channels(spec.channels));
    }
    if spec.bits_per_sample != 16 || spec.sample_format != SampleFormat::Int {
        return Err(WavError::Samples(spec.bits_per_sample));
    }
    if spec.sample_rate != RATE_HZ {
        return Err(WavError::Rate(spec.sample_rate));
    }
    if reader.duration() > MAX_SECONDS * RATE_HZ {
        return Err(WavError::Long);
    }
    let samples: Vec<i16> = reader.samples().collect::<Result<_, _>>().map_err(WavError::Form)?;
    if samples.iter().all(|sample| sample.unsigned_abs() < 64) { Err(WavError::Silent) } else { Ok(samples) }
}

/// A WAV file of these samples, in memory.
pub fn encode(samples: &[i16]) -> Result<Vec<u8>, WavError> {
    let mut file = Cursor::new(Vec::with_capacity(44 + 2 * samples.len()));
    let mut writer = WavWriter::new(&mut file, SPEC).map_err(WavError::Form)?;
    let count = u32::try_from(samples.len()).map_err(|_| WavError::Long)?;
    let mut quick = writer.get_i16_writer(count);
    for sample in samples {
        quick.write_sample(*sample);
    }
    quick.flush().map_err(WavError::Form)?;
    writer.finalize().map_err(WavError::Form)?;
    Ok(file.into_inner())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(spec: WavSpec, samples: usize) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        let mut writer = WavWriter::new(&mut file, spec).expect("a writer");
        for _ in 0..samples {
            writer.write_sample(1000_i16).expect("writes");
        }
        writer.finalize().expect("ends");
        file.into_inner()
    }

    #[test]
    fn what_was_written_is_read_back() {
        let samples: Vec<i16> = (0..400).map(|index| (index * 71 % 30_000) as i16 - 15_000).collect();
        assert_eq!(decode(&encode(&samples).expect("encodes")).expect("decodes"), samples);
    }

    #[test]
    fn another_rate_width_or_channel_count_is_refused_by_name() {
        assert!(matches!(decode(&file(WavSpec { sample_rate: 22_050, ..SPEC }, 400)), Err(WavError::Rate(22_050))));
        assert!(matches!(decode(&file(WavSpec { channels: 2, ..SPEC }, 400)), Err(WavError::Channels(2))));
        assert!(matches!(decode(&encode(&[0; 400]).expect("encodes")), Err(WavError::Silent)));
        let long = encode(&vec![900; (MAX_SECONDS * RATE_HZ + 1) as usize]).expect("encodes");
        assert!(matches!(decode(&long), Err(WavError::Long)));
        assert!(matches!(decode(b"RIFF"), Err(WavError::Form(_))));
        let whole = file(SPEC, 400);
        assert!(matches!(decode(&whole[..300]), Err(WavError::Form(_))));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&bytes);
        }

        #[test]
        fn no_altered_file_panics(place in 0_usize..60, byte: u8) {
            let mut whole = file(SPEC, 40);
            whole[place] = byte;
            let _ = decode(&whole);
        }
    }
}
