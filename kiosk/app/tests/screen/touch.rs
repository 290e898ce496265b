//! What fingers do, without a GPU and without a window server: touches go in as the window's events.

use crate::samples::{self, Sample};
use bevy::input::ButtonState;
use bevy::input::keyboard::{Key as KeyName, KeyboardInput};
use bevy::input::touch::{TouchInput, TouchPhase};
use bevy::prelude::*;
use bevy::render::RenderPlugin;
use bevy::render::settings::{RenderCreation, WgpuSettings};
use bevy::ui::UiGlobalTransform;
use bevy::window::{PrimaryWindow, WindowEvent, WindowResolution};
use bevy::winit::WinitPlugin;
use kiosk::bridge::{BridgePlugin, Station, Waker};
use kiosk::fonts::FontFiles;
use kiosk::preview::PreviewFrame;
use kiosk::touch::Touch;
use kiosk::ui::KioskUi;
use session::screen::{Action, Block, Language, Screen, TextSize};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// A station that shows what it is told and remembers every touch.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Recorded>>);

#[derive(Default)]
struct Recorded {
    next: Option<Screen>,
    touched: Vec<Action>,
}

impl Recorder {
    fn show(&self, screen: Screen) {
        self.0.lock().expect("no test panics while holding it").next = Some(screen);
    }

    fn touched(&self) -> Vec<Action> {
        self.0.lock().expect("no test panics while holding it").touched.clone()
    }
}

impl Station for Recorder {
    fn wake_with(&mut self, _waker: Waker) {}

    fn poll(&mut self) -> Option<Screen> {
        self.0.lock().expect("no test panics while holding it").next.take()
    }

    fn touch(&mut self, action: Action) {
        self.0.lock().expect("no test panics while holding it").touched.push(action);
    }

    fn preview(&mut self) -> Option<PreviewFrame> {
        None
    }

    fn next_deadline(&self) -> Option<Instant> {
        None
    }
}

struct Kiosk {
    app: App,
    window: Entity,
    station: Recorder,
}

impl Kiosk {
    fn showing(screen: Screen) -> Self {
        let station = Recorder::default();
        let mut app = App::new();
        app.add_plugins(
            DefaultPlugins
                .set(WindowPlugin {
                    primary_window: Some(Window { resolution: WindowResolution::new(1080, 1920), ..default() }),
                    ..default()
                })
                .set(RenderPlugin {
                    render_creation: RenderCreation::Automatic(Box::new(WgpuSettings { backends: None, ..default() })),
                    ..default()
                })
                .disable::<WinitPlugin>()
                .disable::<bevy::log::LogPlugin>()
                .disable::<bevy::app::TerminalCtrlCHandlerPlugin>(),
        )
        .add_plugins((
            KioskUi::new(FontFiles::read(&samples::fonts_folder()).expect("./run setup fetches the fonts")),
            BridgePlugin::new(Box::new(station.clone())),
        ));
        app.finish();
        app.cleanup();
        let window =
            app.world_mut().query_filtered::<Entity, With<PrimaryWindow>>().single(app.world()).expect("one window");
        let mut kiosk = Self { app, window, station };
        kiosk.show(screen);
        kiosk
    }

    fn show(&mut self, screen: Screen) {
        self.station.show(screen);
        self.frames(4);
    }

    fn frames(&mut self, count: usize) {
        for _ in 0..count {
            self.app.update();
        }
    }

    /// The entity of a key and its middle.
    fn key(&mut self, action: &Action) -> (Entity, Vec2) {
        let mut keys = self.app.world_mut().query::<(Entity, &Touch, &UiGlobalTransform)>();
        keys.iter(self.app.world())
            .find(|(_, touch, _)| touch.action == *action)
            .map(|(entity, _, transform)| (entity, transform.translation))
            .expect("the key is on the screen")
    }

    fn finger(&mut self, phase: TouchPhase, position: Vec2) {
        let touch = TouchInput { phase, position, window: self.window, force: None, id: 1 };
        self.app.world_mut().write_message(WindowEvent::TouchInput(touch));
        self.app.world_mut().write_message(touch);
        self.frames(2);
    }

    fn type_key(&mut self, key_code: KeyCode, logical_key: KeyName) {
        for state in [ButtonState::Pressed, ButtonState::Released] {
            let input = KeyboardInput {
                key_code,
                logical_key: logical_key.clone(),
                state,
                text: None,
                repeat: false,
                window: self.window,
            };
            self.app.world_mut().write_message(input);
            self.frames(2);
        }
    }

    fn tap(&mut self, position: Vec2) {
        self.finger(TouchPhase::Started, position);
        self.finger(TouchPhase::Ended, position);
    }
}

fn vietnamese() -> Sample {
    Sample { language: Language::Vietnamese, text_size: TextSize::Normal }
}

fn large() -> Sample {
    Sample { language: Language::Vietnamese, text_size: TextSize::Large }
}

#[test]
fn a_touched_key_emits_its_action_once_and_only_when_the_finger_lifts() {
    let mut kiosk = Kiosk::showing(vietnamese().welcome());
    let (_, at) = kiosk.key(&Action::UseInsuranceCard);
    kiosk.finger(TouchPhase::Started, at);
    assert_eq!(kiosk.station.touched(), []);
    kiosk.finger(TouchPhase::Ended, at);
    kiosk.frames(5);
    assert_eq!(kiosk.station.touched(), [Action::UseInsuranceCard]);
}

#[test]
fn every_key_of_a_screen_means_what_it_says() {
    let screen = vietnamese().welcome();
    let mut kiosk = Kiosk::showing(screen.clone());
    let mut actions: Vec<Action> = screen.keys.iter().map(|key| key.action.clone()).collect();
    actions.extend([Action::ToggleLanguage, Action::ToggleTextSize, Action::Help, Action::Emergency]);
    for action in &actions {
        let (_, at) = kiosk.key(action);
        kiosk.tap(at);
    }
    assert_eq!(kiosk.station.touched(), actions);
}

#[test]
fn a_finger_that_slides_off_the_key_emits_nothing() {
    let mut kiosk = Kiosk::showing(vietnamese().welcome());
    let (_, at) = kiosk.key(&Action::NoCard);
    kiosk.finger(TouchPhase::Started, at);
    kiosk.finger(TouchPhase::Moved, at - vec2(0.0, 300.0));
    kiosk.finger(TouchPhase::Ended, at - vec2(0.0, 300.0));
    assert_eq!(kiosk.station.touched(), []);
}

#[test]
fn a_finger_that_slides_from_one_key_to_another_emits_nothing() {
    let mut kiosk = Kiosk::showing(vietnamese().welcome());
    let (_, from) = kiosk.key(&Action::UseEid);
    let (_, to) = kiosk.key(&Action::UseInsuranceCard);
    kiosk.finger(TouchPhase::Started, from);
    kiosk.finger(TouchPhase::Moved, to);
    kiosk.finger(TouchPhase::Ended, to);
    assert_eq!(kiosk.station.touched(), []);
}

#[test]
fn a_key_that_is_switched_off_emits_nothing() {
    let mut kiosk = Kiosk::showing(vietnamese().keypad());
    let (_, at) = kiosk.key(&Action::Continue);
    kiosk.tap(at);
    assert_eq!(kiosk.station.touched(), []);
}

#[test]
fn a_key_stays_under_the_finger_while_the_ring_turns_and_the_seconds_count() {
    let mut kiosk = Kiosk::showing(vietnamese().chip(10));
    let (agree, at) = kiosk.key(&Action::AgreeToFace);
    kiosk.finger(TouchPhase::Started, at);
    kiosk.show(vietnamese().chip(60));
    kiosk.finger(TouchPhase::Ended, at);
    assert_eq!(kiosk.key(&Action::AgreeToFace).0, agree);
    assert_eq!(kiosk.station.touched(), [Action::AgreeToFace]);

    let mut kiosk = Kiosk::showing(vietnamese().time_out(17));
    let (_, at) = kiosk.key(&Action::StillHere);
    kiosk.finger(TouchPhase::Started, at);
    kiosk.show(vietnamese().time_out(16));
    kiosk.finger(TouchPhase::Ended, at);
    assert_eq!(kiosk.station.touched(), [Action::StillHere]);
}

#[test]
fn a_finger_down_on_one_question_does_not_answer_the_next() {
    let mut kiosk = Kiosk::showing(vietnamese().ticket());
    let (_, at) = kiosk.key(&Action::Done);
    kiosk.finger(TouchPhase::Started, at);
    // Its primary key lies at the same place.
    kiosk.show(vietnamese().department());
    kiosk.finger(TouchPhase::Ended, at);
    assert_eq!(kiosk.station.touched(), []);
}

#[test]
fn what_lies_below_a_dialog_is_out_of_reach_and_the_emergency_strip_is_not() {
    let mut kiosk = Kiosk::showing(vietnamese().department());
    let (_, behind) = kiosk.key(&Action::TakeNumber);
    let (_, emergency) = kiosk.key(&Action::Emergency);
    kiosk.show(vietnamese().time_out(17));
    kiosk.tap(behind);
    assert_eq!(kiosk.station.touched(), []);
    kiosk.tap(emergency);
    assert_eq!(kiosk.station.touched(), [Action::Emergency]);
}

#[test]
fn digits_typed_quickly_arrive_in_order_while_the_entry_changes() {
    let mut kiosk = Kiosk::showing(vietnamese().keypad());
    let mut entry = String::new();
    for digit in [3, 2, 4, 5, 0, 9] {
        let (_, at) = kiosk.key(&Action::Digit(digit));
        kiosk.tap(at);
        entry.push_str(&digit.to_string());
        let mut screen = vietnamese().keypad();
        if let Some(Block::Keypad(pad)) = screen.body.first_mut() {
            pad.entry.clone_from(&entry);
        }
        kiosk.show(screen);
    }
    assert_eq!(kiosk.station.touched(), [3, 2, 4, 5, 0, 9].map(Action::Digit));
}

#[test]
fn a_finger_that_scrolls_a_tall_body_chooses_nothing() {
    let mut kiosk = Kiosk::showing(large().department());
    let code = api::DepartmentCode::parse("K03").expect("a sample's code");
    let (_, at) = kiosk.key(&Action::ChooseDepartment(code.clone()));
    kiosk.finger(TouchPhase::Started, at);
    kiosk.finger(TouchPhase::Moved, at - vec2(0.0, 60.0));
    let (_, moved) = kiosk.key(&Action::ChooseDepartment(code));
    assert!(moved.y < at.y - 30.0, "the body follows the finger: {at} to {moved}");
    kiosk.finger(TouchPhase::Ended, at - vec2(0.0, 60.0));
    assert_eq!(kiosk.station.touched(), []);
}

#[test]
fn every_key_is_at_least_20_mm_and_inside_the_screen() {
    for sample in [vietnamese(), large(), Sample { language: Language::English, text_size: TextSize::Large }] {
        for screen in sample.all() {
            let name = screen.name;
            let mut kiosk = Kiosk::showing(screen);
            let mut keys = kiosk.app.world_mut().query::<(&Touch, &ComputedNode, &UiGlobalTransform)>();
            for (touch, node, transform) in keys.iter(kiosk.app.world()) {
                let (size, middle) = (node.size(), transform.translation);
                assert!(size.min_element() >= kiosk::tokens::SMALLEST_KEY, "{name}: {touch:?} is {size}");
                assert!(middle.x - size.x / 2.0 >= -0.5, "{name}: {touch:?} is cut at the left");
                assert!(middle.x + size.x / 2.0 <= 1080.5, "{name}: {touch:?} is cut at the right");
            }
        }
    }
}

#[test]
fn a_keyboard_visits_the_keys_in_the_screen_s_order() {
    let mut screen = vietnamese().welcome();
    screen.focus = vec![Action::NoCard, Action::UseEid, Action::Emergency];
    let mut kiosk = Kiosk::showing(screen);
    for _ in 0..3 {
        kiosk.type_key(KeyCode::Tab, KeyName::Tab);
        kiosk.type_key(KeyCode::Enter, KeyName::Enter);
    }
    assert_eq!(kiosk.station.touched(), [Action::NoCard, Action::UseEid, Action::Emergency]);
}
