//! The story of one patient's pictures, on whatever Vulkan there is (software will do).

use crate::samples::{self, Sample};
use image::RgbaImage;
use kiosk::offscreen::Offscreen;
use kiosk::preview::PreviewFrame;
use session::screen::{Language, TextSize};

/// Share of pixels that differ by more than the renderer's own tolerance.
fn difference(a: &RgbaImage, b: &RgbaImage) -> f64 {
    const TOLERANCE: u8 = 2;
    let differing =
        a.pixels().zip(b.pixels()).filter(|(a, b)| a.0.iter().zip(b.0).any(|(a, b)| a.abs_diff(b) > TOLERANCE)).count();
    differing as f64 / f64::from(a.width() * a.height())
}

fn colours(picture: &RgbaImage) -> usize {
    picture.pixels().map(|pixel| pixel.0).collect::<std::collections::HashSet<_>>().len()
}

#[test]
fn each_screen_is_a_picture_of_its_own_and_the_same_screen_the_same_picture() {
    let mut painter = Offscreen::new(&samples::fonts_folder()).expect("fonts are provisioned");
    let sample = Sample { language: Language::Vietnamese, text_size: TextSize::Normal };
    let mut draw = |screen| painter.render(&screen, None).expect("a picture comes");

    let welcome = draw(sample.welcome());
    assert_eq!((welcome.width(), welcome.height()), (1080, 1920));
    assert!(colours(&welcome) > 100, "a picture with text and drawings has many colours");
    let chip = draw(sample.chip(10));
    let chip_later = draw(sample.chip(90));
    let ticket = draw(sample.ticket());
    let again = draw(sample.welcome());
    let english = draw(Sample { language: Language::English, text_size: TextSize::Normal }.welcome());
    let large = draw(Sample { language: Language::Vietnamese, text_size: TextSize::Large }.welcome());

    assert!(difference(&welcome, &chip) > 0.02);
    assert!(difference(&chip, &chip_later) > 0.001, "the ring turns");
    assert!(difference(&chip, &ticket) > 0.02);
    assert!(difference(&welcome, &english) > 0.01);
    assert!(difference(&welcome, &large) > 0.01);
    assert!(difference(&welcome, &again) < 0.0005, "nothing of another screen stays");
}

#[test]
fn the_camera_s_picture_is_gone_when_the_camera_block_leaves() {
    let mut painter = Offscreen::new(&samples::fonts_folder()).expect("fonts are provisioned");
    let sample = Sample { language: Language::Vietnamese, text_size: TextSize::Normal };
    let magenta = || PreviewFrame::new(64, 48, [255, 0, 255, 255].repeat(64 * 48)).expect("a frame");
    let is_magenta =
        |picture: &RgbaImage| picture.pixels().filter(|p| p.0[0] > 200 && p.0[1] < 60 && p.0[2] > 200).count();

    let without = painter.render(&sample.face(0.3), None).expect("a picture comes");
    let with = painter.render(&sample.face(0.3), Some(magenta())).expect("a picture comes");
    assert_eq!(is_magenta(&without), 0);
    assert!(is_magenta(&with) > 100_000, "the oval shows the camera: {}", is_magenta(&with));

    let after = painter.render(&sample.counter(), None).expect("a picture comes");
    assert_eq!(is_magenta(&after), 0);
    let next_patient = painter.render(&sample.face(0.0), None).expect("a picture comes");
    assert_eq!(is_magenta(&next_patient), 0, "the next patient does not see the one before");
}
