//! The part of `kiosk.toml` that the window needs.

use crate::window::Placement;
use serde::Deserialize;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

const MAX_CONFIG_BYTES: u64 = 256 << 10;

/// Other sections belong to the station, which reads the same file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct KioskConfig {
    /// The folder that `./run setup` filled, as the station reads it too.
    provision: Option<PathBuf>,
    #[serde(default)]
    pub window: WindowConfig,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WindowConfig {
    /// The whole panel; false opens a window of `height_px`.
    pub fullscreen: bool,
    pub height_px: u32,
    /// The folder with `BeVietnamPro-*.ttf`. Default: `fonts` in the provisioned folder.
    fonts: Option<PathBuf>,
}

impl Default for WindowConfig {
    fn default() -> Self {
        Self { fullscreen: true, height_px: 1000, fonts: None }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("{path} cannot be read")]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("{path} is larger than {MAX_CONFIG_BYTES} bytes")]
    TooLarge { path: PathBuf },
    #[error("{path} is not the configuration of a kiosk")]
    Malformed { path: PathBuf, source: toml::de::Error },
}

impl KioskConfig {
    pub fn read(path: &Path) -> Result<Self, ConfigError> {
        let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
        let mut text = String::new();
        File::open(path)
            .map_err(unreadable)?
            .take(MAX_CONFIG_BYTES + 1)
            .read_to_string(&mut text)
            .map_err(unreadable)?;
        if text.len() as u64 > MAX_CONFIG_BYTES {
            return Err(ConfigError::TooLarge { path: path.to_owned() });
        }
        let mut config: Self =
            toml::from_str(&text).map_err(|source| ConfigError::Malformed { path: path.to_owned(), source })?;
        // Relative paths are those of the file's folder.
        let folder = path.parent().unwrap_or(Path::new(""));
        for path in [&mut config.provision, &mut config.window.fonts].into_iter().flatten() {
            *path = folder.join(&*path);
        }
        Ok(config)
    }

    /// The configured folder, or the one in what `./run setup` filled.
    pub fn fonts_folder(&self) -> Result<PathBuf, onnx::OnnxError> {
        match (&self.window.fonts, &self.provision) {
            (Some(fonts), _) => Ok(fonts.clone()),
            (None, Some(provision)) => Ok(provision.join("fonts")),
            (None, None) => Ok(onnx::provision_dir()?.join("fonts")),
        }
    }
}

impl WindowConfig {
    pub fn placement(&self) -> Placement {
        if self.fullscreen { Placement::Fullscreen } else { Placement::Windowed { height: self.height_px } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_file_is_a_kiosk_on_its_whole_panel() {
        let config: KioskConfig = toml::from_str("").expect("every setting has a default");
        assert_eq!(config.window.placement(), Placement::Fullscreen);
    }

    #[test]
    fn the_stations_sections_are_left_to_the_station() {
        let config: KioskConfig =
            toml::from_str("[window]\nfullscreen = false\nheight_px = 900\n[server]\nurl = 'https://example.test'\n")
                .expect("other sections are not ours");
        assert_eq!(config.window.placement(), Placement::Windowed { height: 900 });
    }

    #[test]
    fn fonts_lie_in_the_provisioned_folder_beside_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("kiosk.toml");
        std::fs::write(&path, "provision = \"there\"\n").expect("writes");
        let config = KioskConfig::read(&path).expect("a configuration");
        assert_eq!(config.fonts_folder().expect("named"), folder.path().join("there/fonts"));
        std::fs::write(&path, "provision = \"there\"\n[window]\nfonts = \"/letters\"\n").expect("writes");
        let config = KioskConfig::read(&path).expect("a configuration");
        assert_eq!(config.fonts_folder().expect("named"), PathBuf::from("/letters"));
    }

    #[test]
    fn a_misspelt_setting_is_refused() {
        assert!(toml::from_str::<KioskConfig>("[window]\nfulscreen = true\n").is_err());
    }
}
