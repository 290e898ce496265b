//! The matcher with the real runtime and weights on the demonstration photographs. Needs what `./run setup` provisions.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::path::{Path, PathBuf};

use face::{
    Embedding, Engine, FaceDecision, MatchPolicy, Matcher, Observation, Picture, PortraitError, PortraitHash,
    QualityHint, portrait,
};
use onnx::{OnnxError, SuppliedModel, load, load_as_published, load_presentation_attack, pinned, prelu, provision_dir};
use sha2::{Digest, Sha256};

fn provisioned() -> PathBuf {
    provision_dir().unwrap()
}

fn photograph(name: &str) -> Vec<u8> {
    std::fs::read(provisioned().join("photos").join(name)).unwrap()
}

/// The same photograph as another exposure: a live frame is never equal to the one before.
fn frame(photograph: &Picture, number: u8) -> Picture {
    let rgb = photograph.rgb().iter().map(|value| value.saturating_add(number)).collect();
    Picture::from_rgb(photograph.width(), photograph.height(), rgb).unwrap()
}

/// Portrait from one photograph, three live frames of another.
fn compared(engine: &mut Engine, portrait_file: &str, live_file: &str) -> FaceDecision {
    let portrait_bytes = photograph(portrait_file);
    let hash = PortraitHash::of_file(&portrait_bytes);
    let mut matcher = Matcher::enrol(engine, &portrait_bytes, hash, MatchPolicy::default()).unwrap();
    let live = portrait::decode(&photograph(live_file)).unwrap();
    for number in 0..3 {
        match matcher.observe(engine, &frame(&live, number)).unwrap() {
            Observation::Counted { .. } => {}
            Observation::Decided(decision) => return decision,
            Observation::Hint(hint) => panic!("{live_file}: {hint:?}"),
        }
    }
    panic!("three good frames led to no decision")
}

fn embedding(engine: &mut Engine, picture: &Picture) -> Embedding {
    let face = engine.detect(picture).unwrap()[0];
    engine.embed(picture, &face.landmarks).unwrap()
}

#[test]
fn two_photographs_of_one_person_match_and_another_persons_does_not() {
    let mut engine = load(&provisioned()).unwrap();
    for (portrait_file, live_file) in [
        ("person-a/1.jpg", "person-a/2.jpg"),
        ("person-a/2.jpg", "person-a/1.jpg"),
        ("person-a/1.jpg", "person-a/3.jpg"),
    ] {
        let decision = compared(&mut engine, portrait_file, live_file);
        let FaceDecision::Match(matched) = decision else { panic!("{portrait_file}, {live_file}: {decision:?}") };
        assert_eq!(matched.portrait_hash(), PortraitHash::of_file(&photograph(portrait_file)));
    }
    for (portrait_file, live_file) in [("person-a/1.jpg", "person-b/1.jpg"), ("person-b/1.jpg", "person-a/2.jpg")] {
        let decision = compared(&mut engine, portrait_file, live_file);
        assert!(matches!(decision, FaceDecision::NoMatch { score } if score < 0.3), "{decision:?}");
    }
}

#[test]
fn a_portrait_of_the_size_that_chips_hold_still_matches() {
    let mut engine = load(&provisioned()).unwrap();
    let large = image::load_from_memory(&photograph("person-a/1.jpg")).unwrap();
    let mut small = Vec::new();
    large
        .resize(240, 320, image::imageops::FilterType::Triangle)
        .write_to(&mut std::io::Cursor::new(&mut small), image::ImageFormat::Jpeg)
        .unwrap();
    let hash = PortraitHash::of_file(&small);
    assert!(Matcher::enrol(&mut engine, &small, hash, MatchPolicy::default()).is_ok());
    let chip = embedding(&mut engine, &portrait::decode(&small).unwrap());
    let live = embedding(&mut engine, &portrait::decode(&photograph("person-a/2.jpg")).unwrap());
    let other = embedding(&mut engine, &portrait::decode(&photograph("person-b/1.jpg")).unwrap());
    assert!(chip.cosine(&live) > 0.45, "{}", chip.cosine(&live));
    assert!(chip.cosine(&other) < 0.3, "{}", chip.cosine(&other));
}

#[test]
fn turning_the_photograph_changes_the_identity_little_since_alignment_takes_it_out() {
    let mut engine = load(&provisioned()).unwrap();
    let upright = portrait::decode(&photograph("person-a/1.jpg")).unwrap();
    let (width, height) = (upright.width(), upright.height());
    let (sin, cos) = 15f32.to_radians().sin_cos();
    let source = |x: u32, y: u32| {
        let (dx, dy) = (x as f32 - width as f32 / 2.0, y as f32 - height as f32 / 2.0);
        let clamp = |value: f32, limit: u32| (value.max(0.0) as usize).min(limit as usize - 1);
        let (from_x, from_y) = (dx * cos + dy * sin + width as f32 / 2.0, dy * cos - dx * sin + height as f32 / 2.0);
        (clamp(from_y, height) * width as usize + clamp(from_x, width)) * 3
    };
    let turned = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| {
        let at = source(x, y);
        upright.rgb()[at..at + 3].to_vec()
    });
    let turned = Picture::from_rgb(width, height, turned.collect()).unwrap();
    let cosine = embedding(&mut engine, &upright).cosine(&embedding(&mut engine, &turned));
    assert!(cosine > 0.9, "{cosine}");
}

#[test]
fn a_picture_without_a_face_has_none_and_two_people_are_noticed() {
    let mut engine = load(&provisioned()).unwrap();
    let wall = Picture::from_rgb(640, 480, [180, 170, 160].repeat(640 * 480)).unwrap();
    assert!(engine.detect(&wall).unwrap().is_empty());
    let one = portrait::decode(&photograph("person-a/1.jpg")).unwrap();
    let mut two = Vec::new();
    for row in one.rgb().chunks(one.width() as usize * 3) {
        two.extend(row.repeat(2));
    }
    let two = Picture::from_rgb(one.width() * 2, one.height(), two).unwrap();
    let portrait_bytes = photograph("person-a/1.jpg");
    let hash = PortraitHash::of_file(&portrait_bytes);
    let mut matcher = Matcher::enrol(&mut engine, &portrait_bytes, hash, MatchPolicy::default()).unwrap();
    assert_eq!(matcher.observe(&mut engine, &two).unwrap(), Observation::Hint(QualityHint::SeveralPeople));
    let mut grey = Vec::new();
    image::DynamicImage::from(image::GrayImage::from_pixel(240, 320, image::Luma([128])))
        .write_to(&mut std::io::Cursor::new(&mut grey), image::ImageFormat::Jpeg)
        .unwrap();
    let refused = Matcher::enrol(&mut engine, &grey, PortraitHash::of_file(&grey), MatchPolicy::default());
    assert!(matches!(refused, Err(PortraitError::NoFace)));
}

#[test]
fn the_rewritten_graph_gives_the_identities_of_the_published_one() {
    let (mut fast, mut published) = (load(&provisioned()).unwrap(), load_as_published(&provisioned()).unwrap());
    for name in ["person-a/1.jpg", "person-a/2.jpg", "person-b/1.jpg"] {
        let picture = portrait::decode(&photograph(name)).unwrap();
        let cosine = embedding(&mut fast, &picture).cosine(&embedding(&mut published, &picture));
        assert!(cosine > 0.999_999, "{name}: {cosine}");
    }
}

#[test]
fn rewriting_the_published_graph_gives_the_same_bytes_everywhere() {
    let published = std::fs::read(provisioned().join(pinned::SFACE.path)).unwrap();
    let rewritten = prelu::rewrite(&published).unwrap();
    assert_eq!(pinned::sha256_hexadecimal(&rewritten), pinned::REWRITTEN_SFACE_SHA256);
    assert_eq!(prelu::rewrite(&rewritten).unwrap(), rewritten, "nothing is left to rewrite");
}

/// A folder whose files are links to the provisioned ones, but for one.
fn folder_with(file: &pinned::PinnedFile, contents: Option<&[u8]>) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for pinned in [&pinned::RUNTIME, &pinned::YUNET, &pinned::SFACE] {
        let path = folder.path().join(pinned.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        if pinned.path != file.path {
            std::os::unix::fs::symlink(provisioned().join(pinned.path), path).unwrap();
        } else if let Some(contents) = contents {
            std::fs::write(path, contents).unwrap();
        }
    }
    folder
}

#[test]
fn a_missing_or_changed_file_is_not_loaded_and_the_error_says_what_to_do() {
    for file in [&pinned::RUNTIME, &pinned::YUNET, &pinned::SFACE] {
        let missing = load(folder_with(file, None).path()).unwrap_err();
        assert!(matches!(&missing, OnnxError::Missing { path } if path.ends_with(file.path)), "{missing:?}");
        assert!(missing.to_string().contains("./run setup"));
        let mut changed = std::fs::read(provisioned().join(file.path)).unwrap();
        let last = changed.len() - 1;
        changed[last] ^= 1;
        let different = load(folder_with(file, Some(&changed)).path()).unwrap_err();
        assert!(matches!(&different, OnnxError::Different { path } if path.ends_with(file.path)), "{different:?}");
        assert!(different.to_string().contains("./run setup"));
    }
    assert!(matches!(load(Path::new("/nowhere")), Err(OnnxError::Missing { .. })));
}

#[test]
fn a_hospitals_model_with_another_hash_or_shape_does_not_enter_the_slot() {
    let path = provisioned().join(pinned::YUNET.path);
    let supplied = |sha256| vec![SuppliedModel { path: path.clone(), sha256, box_scale: 2.7 }];
    let changed = load_presentation_attack(&provisioned(), &supplied([0; 32]));
    assert!(matches!(changed, Err(OnnxError::Different { .. })));
    let sha256 = Sha256::digest(std::fs::read(&path).unwrap()).into();
    let detector = load_presentation_attack(&provisioned(), &supplied(sha256));
    assert!(matches!(detector, Err(OnnxError::Engine(_))));
}
