//! Renders every sample screen to PNG: `gallery FOLDER`, with fonts from the provisioned folder.

#[path = "../tests/screen/samples.rs"]
mod samples;

use kiosk::offscreen::Offscreen;
use samples::Sample;
use session::screen::{Language, TextSize};
use std::error::Error;
use std::fs;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("usage: gallery FOLDER [NAME..]")?);
    let only: Vec<_> = arguments.map(|name| name.to_string_lossy().into_owned()).collect();
    fs::create_dir_all(&folder)?;
    let mut painter = Offscreen::new(&samples::fonts_folder())?;
    for (language, code) in [(Language::Vietnamese, "vi"), (Language::English, "en")] {
        for (text_size, size) in [(TextSize::Normal, "normal"), (TextSize::Large, "large")] {
            for screen in (Sample { language, text_size }).all() {
                let name = format!("{}-{code}-{size}", screen.name);
                if only.is_empty() || only.iter().any(|part| name.contains(part.as_str())) {
                    painter.render(&screen, None)?.save(folder.join(format!("{name}.png")))?;
                }
            }
        }
    }
    Ok(())
}
