//! The matcher as other crates use it, on the simulated models.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use face::sim::{self, Person, Standing};
use face::{
    Engine, EngineError, FaceDecision, LivenessPolicy, MatchPolicy, Matcher, Model, Observation, Parallax,
    PortraitError, PortraitHash, QualityHint, Tensor,
};

const HOLDER: Person = Person(1);
const STRANGER: Person = Person(2);

fn enrolled(engine: &mut Engine, policy: MatchPolicy) -> Matcher {
    let portrait = sim::portrait_jpeg(HOLDER);
    Matcher::enrol(engine, &portrait, PortraitHash::of_file(&portrait), policy).unwrap()
}

fn decision(observation: Observation) -> FaceDecision {
    match observation {
        Observation::Decided(decision) => decision,
        other => panic!("not decided: {other:?}"),
    }
}

#[test]
fn three_frames_of_the_holder_make_a_match_bound_to_the_portrait() {
    let mut engine = sim::engine();
    let mut matcher = enrolled(&mut engine, MatchPolicy::default());
    for expected in 1..=2 {
        match matcher.observe(&mut engine, &sim::frame(HOLDER, expected.into())).unwrap() {
            Observation::Counted { frames, needed, face_box } => {
                assert_eq!((frames, needed), (expected, 3));
                assert!((face_box.width - 240.0).abs() < 2.0);
            }
            other => panic!("{other:?}"),
        }
    }
    let FaceDecision::Match(matched) = decision(matcher.observe(&mut engine, &sim::frame(HOLDER, 3)).unwrap()) else {
        panic!("the holder was refused");
    };
    assert_eq!(matched.portrait_hash(), PortraitHash::of_file(&sim::portrait_jpeg(HOLDER)));
    assert!(matched.score() > 0.9 && matched.threshold() == 0.45 && matched.frames() == 3);
    assert_eq!(matched.liveness().parallax(), Parallax::NotShown);
    assert_eq!(matched.liveness().repeated_frames(), 0);
    assert!(matched.liveness().lowest_consistency() > 0.9);
}

#[test]
fn a_stranger_is_no_match_and_the_holder_may_try_again() {
    let mut engine = sim::engine();
    let mut matcher = enrolled(&mut engine, MatchPolicy::default());
    for number in 0..2 {
        matcher.observe(&mut engine, &sim::frame(STRANGER, number)).unwrap();
    }
    let refused = decision(matcher.observe(&mut engine, &sim::frame(STRANGER, 2)).unwrap());
    assert!(matches!(refused, FaceDecision::NoMatch { score } if score < 0.45));
    for number in 3..5 {
        let counted = matcher.observe(&mut engine, &sim::frame(HOLDER, number)).unwrap();
        assert!(matches!(counted, Observation::Counted { .. }));
    }
    let accepted = decision(matcher.observe(&mut engine, &sim::frame(HOLDER, 5)).unwrap());
    assert!(matches!(accepted, FaceDecision::Match(_)));
}

#[test]
fn frames_of_two_people_are_never_averaged() {
    let mut engine = sim::engine();
    let mut matcher = enrolled(&mut engine, MatchPolicy::default());
    let mut counted = |person, number| matcher.observe(&mut engine, &sim::frame(person, number)).unwrap();
    counted(STRANGER, 0);
    counted(STRANGER, 1);
    assert!(matches!(counted(HOLDER, 2), Observation::Counted { frames: 1, .. }));
    counted(HOLDER, 3);
    let FaceDecision::Match(matched) = decision(counted(HOLDER, 4)) else { panic!("the holder was refused") };
    assert_eq!((matched.frames(), matched.liveness().identity_changes()), (3, 1));
}

#[test]
fn frames_that_do_not_count_tell_the_patient_what_to_do() {
    let mut engine = sim::engine();
    let mut matcher = enrolled(&mut engine, MatchPolicy::default());
    let mut hint = |people: &[Standing]| matcher.observe(&mut engine, &sim::frame_of(people, 0)).unwrap();
    let at = |person, x, y, size| Standing { person, x, y, size };
    assert_eq!(hint(&[]), Observation::Hint(QualityHint::NoFace));
    assert_eq!(hint(&[at(HOLDER, 250, 150, 120)]), Observation::Hint(QualityHint::ComeCloser));
    assert_eq!(hint(&[at(HOLDER, 80, 10, 460)]), Observation::Hint(QualityHint::MoveBack));
    let two = [at(HOLDER, 30, 100, 240), at(STRANGER, 350, 100, 220)];
    assert_eq!(hint(&two), Observation::Hint(QualityHint::SeveralPeople));
}

#[test]
fn a_frozen_camera_is_recorded() {
    let mut engine = sim::engine();
    let mut matcher = enrolled(&mut engine, MatchPolicy::default());
    let frozen = sim::frame(HOLDER, 7);
    matcher.observe(&mut engine, &frozen).unwrap();
    matcher.observe(&mut engine, &frozen).unwrap();
    let FaceDecision::Match(matched) = decision(matcher.observe(&mut engine, &frozen).unwrap()) else {
        panic!("the holder was refused");
    };
    assert_eq!(matched.liveness().repeated_frames(), 2);
}

#[test]
fn where_liveness_is_required_a_still_head_is_asked_to_turn_and_a_frozen_camera_never_decides() {
    let mut engine = sim::engine();
    let policy = MatchPolicy::new(0.45, 3, LivenessPolicy::Required).unwrap();
    let mut matcher = enrolled(&mut engine, policy);
    for number in 0..2 {
        matcher.observe(&mut engine, &sim::frame(HOLDER, number)).unwrap();
    }
    for number in 2..12 {
        let observation = matcher.observe(&mut engine, &sim::frame(HOLDER, number)).unwrap();
        assert_eq!(observation, Observation::Hint(QualityHint::TurnHead));
    }
    let mut matcher = enrolled(&mut engine, policy);
    for _ in 0..10 {
        let observation = matcher.observe(&mut engine, &sim::frame(HOLDER, 0)).unwrap();
        assert!(matches!(observation, Observation::Counted { frames: 1, needed: 3, .. }));
    }
}

#[test]
fn a_portrait_without_a_face_cannot_be_enrolled() {
    let mut engine = sim::engine();
    let mut jpeg = Vec::new();
    let grey = image::RgbImage::from_pixel(240, 320, image::Rgb([128, 128, 128]));
    image::DynamicImage::from(grey).write_to(&mut std::io::Cursor::new(&mut jpeg), image::ImageFormat::Jpeg).unwrap();
    let refused = Matcher::enrol(&mut engine, &jpeg, PortraitHash::of_file(&jpeg), MatchPolicy::default());
    assert!(matches!(refused, Err(PortraitError::NoFace)));
}

/// A network of another shape than the pipeline's.
struct OtherShape;

impl Model for OtherShape {
    fn input_shape(&self) -> [usize; 4] {
        [1, 3, 320, 320]
    }

    fn run(&mut self, _: &Tensor) -> Result<Vec<Tensor>, EngineError> {
        Ok(Vec::new())
    }
}

#[test]
fn an_engine_of_networks_with_other_shapes_cannot_be_made() {
    let refused = Engine::new(Box::new(OtherShape), Box::new(OtherShape));
    assert!(matches!(
        refused,
        Err(EngineError::InputShape { expected: [1, 3, 640, 640], found: [1, 3, 320, 320], .. })
    ));
}
