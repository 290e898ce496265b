//! Be Vietnam Pro, the one family of the screen, from the provisioned folder.

use crate::tokens::Weight;
use bevy::asset::{AssetId, Assets, Handle};
use bevy::ecs::resource::Resource;
use bevy::ecs::world::World;
use bevy::text::Font;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A face of the family is about 140 KiB.
const MAX_FONT_BYTES: u64 = 4 << 20;

/// The bytes of the faces that are used, read once at start.
pub struct FontFiles {
    regular: Vec<u8>,
    medium: Vec<u8>,
    semi_bold: Vec<u8>,
    bold: Vec<u8>,
}

/// The faces inside the window.
#[derive(Resource, Clone)]
pub struct Fonts {
    regular: Handle<Font>,
    medium: Handle<Font>,
    semi_bold: Handle<Font>,
    bold: Handle<Font>,
}

#[derive(Debug, thiserror::Error)]
pub enum FontError {
    #[error("font {path} cannot be read; ./run setup fetches it")]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("font {path} is larger than {MAX_FONT_BYTES} bytes")]
    TooLarge { path: PathBuf },
    #[error("font {path} is not a TrueType or OpenType file")]
    NotAFont { path: PathBuf },
}

impl FontFiles {
    /// Reads `BeVietnamPro-*.ttf` from a folder.
    pub fn read(folder: &Path) -> Result<Self, FontError> {
        let face = |name: &str| read_face(&folder.join(format!("BeVietnamPro-{name}.ttf")));
        Ok(Self {
            regular: face("Regular")?,
            medium: face("Medium")?,
            semi_bold: face("SemiBold")?,
            bold: face("Bold")?,
        })
    }

    /// Hands the faces to the window. Regular also becomes the default font.
    pub fn install(self, world: &mut World) {
        let mut fonts = world.resource_mut::<Assets<Font>>();
        // The default id always has a slot; inserting there cannot meet a stale generation.
        let default = fonts.insert(AssetId::default(), Font::from_bytes(self.regular.clone()));
        debug_assert!(default.is_ok());
        let faces = Fonts {
            regular: fonts.add(Font::from_bytes(self.regular)),
            medium: fonts.add(Font::from_bytes(self.medium)),
            semi_bold: fonts.add(Font::from_bytes(self.semi_bold)),
            bold: fonts.add(Font::from_bytes(self.bold)),
        };
        world.insert_resource(faces);
    }
}

impl Fonts {
    pub fn face(&self, weight: Weight) -> Handle<Font> {
        match weight {
            Weight::Regular => &self.regular,
            Weight::Medium => &self.medium,
            Weight::SemiBold => &self.semi_bold,
            Weight::Bold => &self.bold,
        }
        .clone()
    }
}

fn read_face(path: &Path) -> Result<Vec<u8>, FontError> {
    let unreadable = |source| FontError::Unreadable { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path).map_err(unreadable)?.take(MAX_FONT_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
    if bytes.len() as u64 > MAX_FONT_BYTES {
        return Err(FontError::TooLarge { path: path.to_owned() });
    }
    // OpenType 1.9 "Table Directory": sfntVersion is 0x00010000 or 'OTTO'.
    if !bytes.starts_with(&[0, 1, 0, 0]) && !bytes.starts_with(b"OTTO") {
        return Err(FontError::NotAFont { path: path.to_owned() });
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_folder_is_named_with_the_remedy() {
        let error = FontFiles::read(Path::new("no-such-folder")).err().expect("nothing to read");
        assert!(error.to_string().contains("./run setup"), "{error}");
    }
}
