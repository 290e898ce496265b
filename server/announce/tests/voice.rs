//! The voice that ships with the project, and what happens to it on disk.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::path::{Path, PathBuf};

use announce::{
    Announcement, Clip, Destination, Language, MANIFEST, Manner, PlaceName, Standing, Voice, VoiceError, WavError,
    compose, encode,
};

fn shipped() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../assets/voice")
}

fn call() -> Announcement {
    Announcement {
        ticket: "B115".parse().unwrap(),
        destination: Destination::Room(PlaceName::parse("204A").unwrap()),
        standing: Standing::Priority,
    }
}

/// A copy of the shipped voice that may be damaged.
fn copy() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    for language in ["vi", "en"] {
        std::fs::create_dir(directory.path().join(language)).unwrap();
    }
    for file in Clip::ALL.iter().map(|clip| clip.file()).chain([MANIFEST]) {
        std::fs::copy(shipped().join(file), directory.path().join(file)).unwrap();
    }
    directory
}

#[test]
fn the_shipped_voice_says_everything_that_can_be_called() {
    let voice = Voice::open(&shipped(), None).unwrap();
    for clip in Clip::ALL {
        let seconds = voice.samples(*clip).unwrap().len() as f64 / 16_000.0;
        assert!((0.08..3.0).contains(&seconds), "{} lasts {seconds} s", clip.file());
    }
}

#[test]
fn a_call_by_the_shipped_voice_is_neither_clipped_nor_faint_nor_long() {
    let voice = Voice::open(&shipped(), None).unwrap();
    let both = vec![Language::Vietnamese, Language::English];
    for languages in [vec![Language::Vietnamese], both] {
        let manner = Manner { languages, ..Manner::default() };
        let sound = compose(&call(), &voice, &manner).unwrap();
        let peak = sound.samples().iter().map(|sample| sample.unsigned_abs()).max().unwrap();
        assert!((12_000..32_000).contains(&peak), "{peak}");
        let seconds = sound.duration().as_secs_f64();
        assert!((6.0..30.0).contains(&seconds), "{seconds} s");
        assert_eq!(sound.to_wav().unwrap().len(), 44 + 2 * sound.samples().len());
    }
}

#[test]
fn words_are_about_equally_loud() {
    let voice = Voice::open(&shipped(), None).unwrap();
    for clip in Clip::ALL {
        let samples = voice.samples(*clip).unwrap();
        let power = samples.iter().map(|sample| f64::from(*sample).powi(2)).sum::<f64>() / samples.len() as f64;
        let decibels = 20.0 * (power.sqrt() / 32_768.0).log10();
        assert!((-26.0..-14.0).contains(&decibels), "{}: {decibels} dB", clip.file());
    }
}

#[test]
fn a_person_s_recording_takes_the_place_of_one_clip() {
    let recordings = tempfile::tempdir().unwrap();
    std::fs::create_dir(recordings.path().join("vi")).unwrap();
    std::fs::write(recordings.path().join(Clip::Muoi.file()), encode(&[4_321; 1_600]).unwrap()).unwrap();
    let plain = Voice::open(&shipped(), None).unwrap();
    let voice = Voice::open(&shipped(), Some(recordings.path())).unwrap();
    assert_eq!(voice.samples(Clip::Muoi).unwrap(), [4_321; 1_600]);
    assert_eq!(voice.samples(Clip::Mot).unwrap(), plain.samples(Clip::Mot).unwrap());
    assert_ne!(voice.fingerprint(), plain.fingerprint());
}

#[test]
fn a_recording_of_another_rate_is_refused_with_its_name() {
    let recordings = tempfile::tempdir().unwrap();
    std::fs::create_dir(recordings.path().join("vi")).unwrap();
    let path = recordings.path().join(Clip::Muoi.file());
    let mut bytes = encode(&[4_321; 1_600]).unwrap();
    // The rate stands at byte 24 (RIFF WAVE, fmt chunk), the byte rate behind it.
    bytes[24..28].copy_from_slice(&44_100_u32.to_le_bytes());
    bytes[28..32].copy_from_slice(&88_200_u32.to_le_bytes());
    std::fs::write(&path, bytes).unwrap();
    match Voice::open(&shipped(), Some(recordings.path())) {
        Err(VoiceError::Wav { path: named, source: WavError::Rate(44_100) }) => assert_eq!(named, path),
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("accepted"),
    }
}

#[test]
fn a_missing_an_altered_and_an_endless_file_are_named() {
    let folder = copy();
    let path = folder.path().join(Clip::Tram.file());
    std::fs::remove_file(&path).unwrap();
    let error = Voice::open(folder.path(), None).err().unwrap();
    assert_eq!(error.to_string(), "the clip vi/tram.wav (\"trăm\") is missing");

    std::fs::write(&path, encode(&[999; 1_600]).unwrap()).unwrap();
    assert!(matches!(Voice::open(folder.path(), None), Err(VoiceError::Altered { path: named }) if named == path));

    std::fs::write(&path, vec![0; 600_000]).unwrap();
    assert!(matches!(Voice::open(folder.path(), None), Err(VoiceError::TooLarge { .. })));
}

#[test]
fn a_manifest_that_is_none_or_lacks_a_word_is_refused() {
    let folder = copy();
    let path = folder.path().join(MANIFEST);
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("vi/linh.wav", "vi/len.wav")).unwrap();
    assert!(matches!(Voice::open(folder.path(), None), Err(VoiceError::NotInManifest { file: "vi/linh.wav", .. })));
    std::fs::write(&path, "clip = 3").unwrap();
    assert!(matches!(Voice::open(folder.path(), None), Err(VoiceError::Manifest { .. })));
    std::fs::remove_file(&path).unwrap();
    assert!(matches!(Voice::open(folder.path(), None), Err(VoiceError::Unreadable { .. })));
}
