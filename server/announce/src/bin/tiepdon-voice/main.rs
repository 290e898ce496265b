//! `tiepdon-voice`: makes the clips once with espeak-ng, fits a person's recordings, checks a voice, and lets one hear it.

mod fit;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use announce::{
    Announcement, Clip, Destination, Entry, Language, MANIFEST, Manifest, Manner, PlaceName, Standing, Voice, compose,
    encode,
};
use clap::{Args, Parser, Subcommand};
use sha2::{Digest, Sha256};

#[derive(Parser)]
#[command(name = "tiepdon-voice", version, about = "The clips that calls are put together from")]
struct CommandLine {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Speaks every clip with espeak-ng and writes the manifest.
    Generate {
        folder: PathBuf,
        /// espeak-ng's voice for Vietnamese (`vi`, `vi-vn-x-south`, `vi+f2` ..).
        #[arg(long, default_value = "vi")]
        vietnamese: String,
        #[arg(long, default_value = "en-gb")]
        english: String,
        /// Words a minute. espeak-ng's own 175 hurries; a hall wants about nine tenths of it.
        #[arg(long, default_value_t = 158)]
        speed: u16,
    },
    /// Fits a recording (WAV of any rate, mono or stereo) to the form of clips: 16 kHz, trimmed, of equal loudness.
    Fit { recording: PathBuf, clip: PathBuf },
    /// Is every clip there, whole, and of the right form?
    Check {
        folder: PathBuf,
        #[arg(long)]
        recordings: Option<PathBuf>,
    },
    /// Writes a call as one WAV file, to listen to.
    Say(Call),
    /// Lists every clip: file and words to be recorded.
    List,
}

#[derive(Args)]
struct Call {
    folder: PathBuf,
    /// "A027"
    ticket: String,
    /// A room; see --counter.
    place: String,
    /// The place is a counter.
    #[arg(long)]
    counter: bool,
    #[arg(long)]
    priority: bool,
    #[arg(long)]
    english: bool,
    #[arg(long)]
    recordings: Option<PathBuf>,
    #[arg(long, default_value = "call.wav")]
    out: PathBuf,
}

type Outcome<T = ()> = Result<T, Box<dyn std::error::Error>>;

fn main() -> ExitCode {
    let done = match CommandLine::parse().task {
        Task::Generate { folder, vietnamese, english, speed } => generate(&folder, &vietnamese, &english, speed),
        Task::Fit { recording, clip } => fit_recording(&recording, &clip),
        Task::Check { folder, recordings } => check(&folder, recordings.as_deref()),
        Task::Say(call) => say_call(&call),
        Task::List => list(),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nowhere else to say it.
            let _ = writeln!(std::io::stderr(), "tiepdon-voice: {error}");
            ExitCode::FAILURE
        }
    }
}

fn generate(folder: &Path, vietnamese: &str, english: &str, speed: u16) -> Outcome {
    let version = Command::new("espeak-ng").arg("--version").output();
    let version = version.map_err(|error| format!("espeak-ng cannot be started ({error}): install the package"))?;
    let version = String::from_utf8_lossy(&version.stdout).split("Data").next().unwrap_or_default().trim().to_owned();
    let raw = folder.join("espeak.wav");
    let mut manifest = Manifest { made_by: format!("{version}, voices {vietnamese} and {english}"), clip: Vec::new() };
    for clip in Clip::ALL {
        let path = folder.join(clip.file());
        std::fs::create_dir_all(path.parent().unwrap_or(folder))?;
        let voice = match clip.language() {
            Language::Vietnamese => vietnamese,
            Language::English => english,
        };
        let spoken = Command::new("espeak-ng")
            .args(["-v", voice, "-s", &speed.to_string(), "-w"])
            .arg(&raw)
            .arg(clip.text())
            .status()?;
        if !spoken.success() {
            return Err(format!("espeak-ng could not say {:?} with the voice {voice}", clip.text()).into());
        }
        let wav = fitted(&raw)?;
        std::fs::write(&path, &wav)?;
        manifest.clip.push(Entry {
            file: clip.file().to_owned(),
            text: clip.text().to_owned(),
            sha256: hex::encode(Sha256::digest(&wav)),
        });
    }
    std::fs::remove_file(&raw)?;
    let head = "# Every clip with its words and the SHA-256 of its file. Written by tiepdon-voice generate.\n";
    std::fs::write(folder.join(MANIFEST), format!("{head}{}", toml::to_string(&manifest)?))?;
    say(&format!("{} clips in {}", manifest.clip.len(), folder.display()))
}

fn fit_recording(recording: &Path, clip: &Path) -> Outcome {
    let wav = fitted(recording)?;
    if let Some(folder) = clip.parent() {
        std::fs::create_dir_all(folder)?;
    }
    Ok(std::fs::write(clip, wav)?)
}

fn fitted(recording: &Path) -> Outcome<Vec<u8>> {
    let mut reader = hound::WavReader::open(recording).map_err(|error| format!("{}: {error}", recording.display()))?;
    let recorded = fit::Recorded::read(&mut reader).map_err(|error| format!("{}: {error}", recording.display()))?;
    let samples = recorded.fitted().map_err(|error| format!("{}: {error}", recording.display()))?;
    Ok(encode(&samples)?)
}

fn check(folder: &Path, recordings: Option<&Path>) -> Outcome {
    let voice = Voice::open(folder, recordings)?;
    let replaced = |clip: &&Clip| recordings.is_some_and(|recordings| recordings.join(clip.file()).exists());
    let recorded = Clip::ALL.iter().filter(replaced).count();
    say(&format!("{} clips, {recorded} of them recorded; voice {}", Clip::ALL.len(), voice.fingerprint()))
}

fn say_call(call: &Call) -> Outcome {
    let voice = Voice::open(&call.folder, call.recordings.as_deref())?;
    let place = PlaceName::parse(&call.place)?;
    let announcement = Announcement {
        ticket: call.ticket.parse()?,
        destination: if call.counter { Destination::Counter(place) } else { Destination::Room(place) },
        standing: if call.priority { Standing::Priority } else { Standing::Ordinary },
    };
    let mut manner = Manner::default();
    if call.english {
        manner.languages.push(Language::English);
    }
    let sound = compose(&announcement, &voice, &manner)?;
    std::fs::write(&call.out, sound.to_wav()?)?;
    say(&format!(
        "{}: {:.1} s in {}",
        announcement.text(Language::Vietnamese),
        sound.duration().as_secs_f64(),
        call.out.display()
    ))
}

fn list() -> Outcome {
    Clip::ALL.iter().try_for_each(|clip| say(&format!("{}\t{}", clip.file(), clip.text())))
}

fn say(text: &str) -> Outcome {
    Ok(writeln!(std::io::stdout(), "{text}")?)
}
