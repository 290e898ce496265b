//! What a camera does, asked of the simulated one. A real one needs a video device, which test machines lack: its mailbox
//! and its decoders are tested where they stand, its `open` only on a device that is missing.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use camera::{
    BadFrame, Camera, CameraError,
    sim::{Motion, Picture, SimCameraHandle},
};

/// A face of sorts: a bright square with dark eyes on a gradient.
fn picture(tint: u8) -> Picture {
    let mut rgb8 = Vec::new();
    for y in 0..64u32 {
        for x in 0..64u32 {
            let eye = (20..26).contains(&y) && (x.abs_diff(22) < 4 || x.abs_diff(42) < 4);
            let level = if eye { 20 } else { u8::try_from(90 + x + y / 2).unwrap() };
            rgb8.extend([level, level / 2 + tint, tint]);
        }
    }
    Picture::from_rgb8(64, 64, rgb8).unwrap()
}

fn room(motion: Motion) -> SimCameraHandle {
    let room = SimCameraHandle::new(160, 120, motion).unwrap();
    room.show(&[picture(60)]);
    room
}

const ALIVE: Motion = Motion::Alive { seed: 7 };

fn mean_difference(a: &[u8], b: &[u8]) -> f64 {
    let sum: u64 = a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.len() as f64
}

#[test]
fn a_living_person_gives_frames_that_differ_a_little() {
    let mut camera = room(ALIVE).open().unwrap();
    let frames: Vec<_> = (0..12).map(|_| camera.frame().unwrap()).collect();
    for pair in frames.windows(2) {
        assert_ne!(pair[0].rgb8(), pair[1].rgb8());
        let difference = mean_difference(pair[0].rgb8(), pair[1].rgb8());
        assert!(difference < 12.0, "{difference} is another picture, not another moment");
    }
}

#[test]
fn the_same_seed_gives_the_same_frames_and_another_seed_others() {
    let mut first = room(ALIVE).open().unwrap();
    let mut second = room(ALIVE).open().unwrap();
    let mut other = room(Motion::Alive { seed: 8 }).open().unwrap();
    for _ in 0..3 {
        let frame = first.frame().unwrap();
        assert_eq!(frame.rgb8(), second.frame().unwrap().rgb8());
        assert_ne!(frame.rgb8(), other.frame().unwrap().rgb8());
    }
}

#[test]
fn a_photograph_on_a_tripod_gives_equal_frames() {
    let mut camera = room(Motion::Still).open().unwrap();
    let frame = camera.frame().unwrap();
    assert_eq!((frame.width(), frame.height()), (160, 120));
    assert_eq!(frame.rgb8(), camera.frame().unwrap().rgb8());
}

#[test]
fn pictures_are_played_in_turn_and_whoever_steps_in_front_is_seen_next() {
    let room = room(Motion::Still);
    room.show(&[picture(10), picture(120)]);
    let mut camera = room.open().unwrap();
    let frames: Vec<_> = (0..9).map(|_| camera.frame().unwrap()).collect();
    assert_eq!(frames[0].rgb8(), frames[3].rgb8());
    assert_ne!(frames[3].rgb8(), frames[4].rgb8());
    assert_eq!(frames[8].rgb8(), frames[0].rgb8());
    room.show(&[]);
    let wall = camera.frame().unwrap();
    assert!(wall.rgb8().windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn a_pulled_camera_is_gone_for_good_and_can_be_opened_again() {
    let room = room(ALIVE);
    let mut camera = room.open().unwrap();
    camera.frame().unwrap();
    room.unplug();
    assert!(matches!(camera.frame(), Err(CameraError::Gone)));
    assert!(matches!(room.open(), Err(CameraError::NotFound { .. })));
    room.plug_in();
    assert!(matches!(camera.frame(), Err(CameraError::Gone)));
    room.open().unwrap().frame().unwrap();
}

#[test]
fn a_frozen_driver_is_a_time_out_and_comes_back() {
    let room = room(ALIVE);
    let mut camera = room.open().unwrap();
    room.freeze();
    assert!(matches!(camera.frame(), Err(CameraError::TimedOut)));
    room.thaw();
    camera.frame().unwrap();
}

#[test]
fn the_camera_is_open_as_long_as_a_handle_lives() {
    let room = room(ALIVE);
    assert_eq!(room.open_cameras(), 0);
    let camera = room.open().unwrap();
    assert_eq!(room.open_cameras(), 1);
    drop(camera);
    assert_eq!(room.open_cameras(), 0);
}

#[test]
fn frames_and_bytes_are_counted() {
    let room = room(ALIVE);
    let mut camera = room.open().unwrap();
    for _ in 0..5 {
        camera.frame().unwrap();
    }
    assert_eq!((room.frames(), room.bytes()), (5, 5 * 160 * 120 * 3));
}

#[test]
fn a_paced_camera_gives_one_frame_a_beat() {
    let (beat, beats) = std::sync::mpsc::channel::<()>();
    let room = room(ALIVE);
    let pace = Box::new(move || beats.recv().unwrap());
    let mut camera = room.open_paced(pace).unwrap();
    let worker = std::thread::spawn(move || camera.frame().map(|frame| frame.width()));
    assert_eq!(room.frames(), 0);
    beat.send(()).unwrap();
    assert_eq!(worker.join().unwrap().unwrap(), 160);
    assert_eq!(room.frames(), 1);
}

#[test]
fn what_is_no_picture_is_refused() {
    assert!(Picture::decode(b"no picture").is_err());
    let short = Picture::from_rgb8(4, 4, vec![0; 47]).err();
    assert!(matches!(short, Some(BadFrame::WrongLength { .. })));
    let long = Picture::from_rgb8(4, 4, vec![0; 49]).err();
    assert!(matches!(long, Some(BadFrame::WrongLength { .. })));
    let endless = SimCameraHandle::new(100_000, 1, ALIVE).err();
    assert!(matches!(endless, Some(BadFrame::Size { .. })));
}

#[test]
fn debug_shows_sizes_and_no_pixels() {
    let room = room(ALIVE);
    let mut camera = room.open().unwrap();
    let shown = format!("{:?} {:?} {:?} {room:?}", camera.frame().unwrap(), picture(1), camera);
    assert!(shown.contains("Frame(160x120)") && shown.len() < 300, "{shown}");
}
