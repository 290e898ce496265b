//! The camera's picture on the screen: one texture, written in place, blackened when the camera block leaves.
//!
//! A frame is never kept: it waits in a one-slot mailbox for the renderer, is written to the texture, and its bytes
//! are zeroized when it is dropped.

use bevy::asset::{AssetId, RenderAssetUsages};
use bevy::prelude::*;
use bevy::render::render_asset::RenderAssets;
use bevy::render::render_resource::{
    Extent3d, Origin3d, TexelCopyBufferLayout, TexelCopyTextureInfo, TextureAspect, TextureDimension, TextureFormat,
    TextureUsages,
};
use bevy::render::renderer::RenderQueue;
use bevy::render::texture::GpuImage;
use bevy::render::{Render, RenderApp, RenderSystems};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use zeroize::Zeroize;

/// Cameras of kiosks give 1280 x 720; beyond this a frame is a mistake.
pub const MAX_SIDE: u32 = 2560;

/// One picture of the camera, RGBA, rows from the top. Zeroized on drop.
pub struct PreviewFrame {
    width: u32,
    height: u32,
    rgba: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PreviewError {
    #[error("a preview of {width} x {height} is empty or larger than {MAX_SIDE} a side")]
    Size { width: u32, height: u32 },
    #[error("a preview of {width} x {height} needs 4 bytes a pixel, {bytes} came")]
    Length { width: u32, height: u32, bytes: usize },
}

impl PreviewFrame {
    pub fn new(width: u32, height: u32, rgba: Vec<u8>) -> Result<Self, PreviewError> {
        // Owned by a frame first, so that a refused picture is zeroized too.
        let frame = Self { width, height, rgba };
        if width == 0 || height == 0 || width > MAX_SIDE || height > MAX_SIDE {
            return Err(PreviewError::Size { width, height });
        }
        if frame.rgba.len() != width as usize * height as usize * 4 {
            return Err(PreviewError::Length { width, height, bytes: frame.rgba.len() });
        }
        Ok(frame)
    }

    fn black(size: UVec2) -> Self {
        Self { width: size.x, height: size.y, rgba: vec![0; size.x as usize * size.y as usize * 4] }
    }

    fn size(&self) -> UVec2 {
        UVec2::new(self.width, self.height)
    }
}

impl Drop for PreviewFrame {
    fn drop(&mut self) {
        self.rgba.zeroize();
    }
}

impl fmt::Debug for PreviewFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PreviewFrame({} x {})", self.width, self.height)
    }
}

/// Shows a frame; the latest wins.
#[derive(Resource)]
pub struct Preview {
    picture: PreviewPicture,
    size: UVec2,
    mailbox: Mailbox,
}

impl Preview {
    pub fn picture(&self) -> &PreviewPicture {
        &self.picture
    }

    /// The texture goes black and no image lies on it.
    fn blacken(&mut self) {
        if self.picture.live {
            self.picture.live = false;
            self.mailbox.put(self.picture.image.id(), PreviewFrame::black(self.size));
        }
    }
}

/// What the camera block shows at this moment.
#[derive(Clone)]
pub struct PreviewPicture {
    image: Handle<Image>,
    crop: Rect,
    live: bool,
}

impl PreviewPicture {
    /// Mirrored, as people know themselves, and cut to the shape of the stage.
    pub fn live(&self) -> impl Bundle + use<> {
        (
            PreviewSurface,
            ImageNode {
                image: self.image.clone(),
                rect: Some(self.crop),
                flip_x: true,
                image_mode: NodeImageMode::Stretch,
                ..default()
            },
        )
    }

    pub fn when_live(&self) -> Visibility {
        if self.live { Visibility::Inherited } else { Visibility::Hidden }
    }

    pub fn when_dark(&self) -> Visibility {
        if self.live { Visibility::Hidden } else { Visibility::Inherited }
    }
}

/// The node that shows the live picture.
#[derive(Component)]
pub struct PreviewSurface;

/// A frame for the texture; sent by the bridge.
#[derive(Message)]
pub struct ShowPreview(pub Arc<Mutex<Option<PreviewFrame>>>);

impl ShowPreview {
    pub fn new(frame: PreviewFrame) -> Self {
        Self(Arc::new(Mutex::new(Some(frame))))
    }
}

pub struct PreviewPlugin {
    /// Width over height of the stage.
    pub aspect: f32,
}

#[derive(Resource)]
struct StageAspect(f32);

impl Plugin for PreviewPlugin {
    fn build(&self, app: &mut App) {
        let mailbox = Mailbox::default();
        let size = UVec2::ONE;
        let image = app.world_mut().resource_mut::<Assets<Image>>().add(texture(size));
        app.insert_resource(Preview {
            picture: PreviewPicture { image, crop: crop(size, self.aspect), live: false },
            size,
            mailbox: mailbox.clone(),
        })
        .insert_resource(StageAspect(self.aspect))
        .add_message::<ShowPreview>()
        .add_systems(Update, show.after(crate::render::draw))
        .add_systems(PostUpdate, forget_without_surface);
        if let Some(render) = app.get_sub_app_mut(RenderApp) {
            render.insert_resource(mailbox).add_systems(Render, upload.in_set(RenderSystems::PrepareResources));
        }
    }
}

fn show(
    mut frames: MessageReader<ShowPreview>,
    mut preview: ResMut<Preview>,
    aspect: Res<StageAspect>,
    mut images: ResMut<Assets<Image>>,
    mut surfaces: Query<(&mut ImageNode, &mut Visibility), With<PreviewSurface>>,
    mut silhouettes: Query<&mut Visibility, (With<crate::widgets::camera::CameraSilhouette>, Without<PreviewSurface>)>,
) {
    // Every message is emptied: one that only waits for its turn to be forgotten would keep a picture.
    let mut latest = None;
    for message in frames.read() {
        latest = lock(&message.0).take();
    }
    let Some(frame) = latest else { return };
    if surfaces.is_empty() {
        return;
    }
    if frame.size() != preview.size {
        let old = preview.picture.image.id();
        preview.mailbox.put(old, PreviewFrame::black(preview.size));
        preview.size = frame.size();
        preview.picture.image = images.add(texture(frame.size()));
        preview.picture.crop = crop(frame.size(), aspect.0);
    }
    preview.picture.live = true;
    preview.mailbox.put(preview.picture.image.id(), frame);
    for (mut surface, mut visibility) in &mut surfaces {
        surface.image = preview.picture.image.clone();
        surface.rect = Some(preview.picture.crop);
        *visibility = preview.picture.when_live();
    }
    for mut visibility in &mut silhouettes {
        *visibility = preview.picture.when_dark();
    }
}

fn forget_without_surface(mut preview: ResMut<Preview>, surfaces: Query<(), With<PreviewSurface>>) {
    if preview.picture.live && surfaces.is_empty() {
        preview.blacken();
    }
}

/// What waits for the renderer: at most one frame a texture.
#[derive(Resource, Clone, Default)]
struct Mailbox(Arc<Mutex<Vec<Letter>>>);

type Letter = (AssetId<Image>, PreviewFrame);

impl Mailbox {
    fn put(&self, texture: AssetId<Image>, frame: PreviewFrame) {
        let mut slots = lock(&self.0);
        slots.retain(|(id, _)| *id != texture);
        slots.push((texture, frame));
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn upload(mailbox: Res<Mailbox>, images: Res<RenderAssets<GpuImage>>, queue: Res<RenderQueue>) {
    for (id, frame) in lock(&mailbox.0).drain(..) {
        // A texture that is gone needs no picture and no blackening.
        let Some(image) = images.get(id) else { continue };
        queue.write_texture(
            TexelCopyTextureInfo {
                texture: &image.texture,
                mip_level: 0,
                origin: Origin3d::ZERO,
                aspect: TextureAspect::All,
            },
            &frame.rgba,
            TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(frame.width * 4), rows_per_image: None },
            Extent3d { width: frame.width, height: frame.height, depth_or_array_layers: 1 },
        );
    }
}

fn texture(size: UVec2) -> Image {
    let mut image = Image::new_fill(
        Extent3d { width: size.x, height: size.y, depth_or_array_layers: 1 },
        TextureDimension::D2,
        &[0, 0, 0, 255],
        TextureFormat::Rgba8UnormSrgb,
        RenderAssetUsages::RENDER_WORLD,
    );
    image.texture_descriptor.usage = TextureUsages::TEXTURE_BINDING | TextureUsages::COPY_DST;
    image
}

/// The middle of a frame that has the stage's shape.
fn crop(size: UVec2, aspect: f32) -> Rect {
    let size = size.as_vec2();
    let wide = Vec2::new((size.y * aspect).min(size.x), (size.x / aspect).min(size.y));
    Rect::from_center_size(size / 2.0, wide)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_of_the_wrong_length_is_refused() {
        assert_eq!(
            PreviewFrame::new(2, 2, vec![0; 15]).err(),
            Some(PreviewError::Length { width: 2, height: 2, bytes: 15 })
        );
        assert!(PreviewFrame::new(2, 2, vec![0; 16]).is_ok());
    }

    #[test]
    fn a_frame_without_pixels_or_too_large_is_refused() {
        assert!(matches!(PreviewFrame::new(0, 4, vec![]), Err(PreviewError::Size { .. })));
        assert!(matches!(PreviewFrame::new(MAX_SIDE + 1, 1, vec![]), Err(PreviewError::Size { .. })));
    }

    #[test]
    fn a_frame_says_its_size_and_nothing_else() {
        let frame = PreviewFrame::new(1, 1, vec![9, 9, 9, 9]).expect("one pixel");
        assert_eq!(format!("{frame:?}"), "PreviewFrame(1 x 1)");
    }

    #[test]
    fn a_wide_frame_is_cut_at_its_sides() {
        let rect = crop(UVec2::new(1280, 720), 1.0);
        assert_eq!((rect.min, rect.max), (Vec2::new(280.0, 0.0), Vec2::new(1000.0, 720.0)));
    }
}
