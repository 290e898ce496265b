//! The panel's light, low while a private screen is shown. Linux: a folder of `/sys/class/backlight` with `max_brightness`
//! and `brightness` (kernel ABI, sysfs-class-backlight).

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::PathBuf;

use session::screen::Mood;

/// A number and a line end.
const MAX_FILE_BYTES: u64 = 32;
/// Of the everyday light: still read from beside, no longer across the hall.
const LOW_PERCENT: u32 = 40;

#[derive(Debug, thiserror::Error)]
pub enum BacklightError {
    #[error("{} cannot be read or written", path.display())]
    Sysfs {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    #[error("{} holds no brightness", path.display())]
    NotANumber { path: PathBuf },
}

/// Goes back to the everyday light when dropped.
#[derive(Debug)]
pub struct Backlight {
    folder: PathBuf,
    everyday: u32,
    shown: Mood,
}

impl Backlight {
    /// What shines now is the everyday light; a panel that is off is taken to be at its brightest.
    pub fn open(folder: PathBuf) -> Result<Self, BacklightError> {
        let most = number(folder.join("max_brightness"))?;
        let now = number(folder.join("brightness"))?;
        let everyday = if now == 0 { most } else { now.min(most) };
        Ok(Self { folder, everyday, shown: Mood::Everyday })
    }

    pub fn follow(&mut self, mood: Mood) -> Result<(), BacklightError> {
        if self.shown == mood {
            return Ok(());
        }
        self.shown = mood;
        let light = match mood {
            Mood::Everyday => self.everyday,
            Mood::Private => (u64::from(self.everyday) * u64::from(LOW_PERCENT) / 100).max(1) as u32,
        };
        let path = self.folder.join("brightness");
        fs::write(&path, light.to_string()).map_err(|source| BacklightError::Sysfs { path, source })
    }
}

impl Drop for Backlight {
    fn drop(&mut self) {
        if let Err(error) = self.follow(Mood::Everyday) {
            tracing::warn!(error = &error as &dyn std::error::Error, "the panel stays dim");
        }
    }
}

fn number(path: PathBuf) -> Result<u32, BacklightError> {
    let mut text = String::new();
    let read = File::open(&path).and_then(|file| file.take(MAX_FILE_BYTES).read_to_string(&mut text));
    match read {
        Ok(_) => text.trim().parse().map_err(|_| BacklightError::NotANumber { path }),
        Err(source) => Err(BacklightError::Sysfs { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn panel(most: &str, now: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("max_brightness"), most).expect("written");
        fs::write(folder.path().join("brightness"), now).expect("written");
        folder
    }

    fn light(folder: &tempfile::TempDir) -> String {
        fs::read_to_string(folder.path().join("brightness")).expect("read")
    }

    #[test]
    fn a_private_screen_is_dim_and_the_next_patient_s_is_not() {
        let folder = panel("255\n", "200\n");
        let mut backlight = Backlight::open(folder.path().into()).expect("a panel");
        backlight.follow(Mood::Everyday).expect("nothing to do");
        assert_eq!(light(&folder), "200\n");
        backlight.follow(Mood::Private).expect("written");
        assert_eq!(light(&folder), "80");
        backlight.follow(Mood::Everyday).expect("written");
        assert_eq!(light(&folder), "200");
        backlight.follow(Mood::Private).expect("written");
        drop(backlight);
        assert_eq!(light(&folder), "200", "a kiosk that stops leaves no dim panel");
    }

    #[test]
    fn a_panel_is_never_switched_off_and_nonsense_is_no_panel() {
        let folder = panel("1", "0");
        let mut backlight = Backlight::open(folder.path().into()).expect("a panel");
        backlight.follow(Mood::Private).expect("written");
        assert_eq!(light(&folder), "1");
        for nonsense in ["", "bright", "-1", "99999999999", &"1".repeat(100)] {
            let folder = panel("255", nonsense);
            assert!(matches!(Backlight::open(folder.path().into()), Err(BacklightError::NotANumber { .. })));
        }
        let nowhere = tempfile::tempdir().expect("a folder").path().join("none");
        assert!(matches!(Backlight::open(nowhere), Err(BacklightError::Sysfs { .. })));
    }
}
