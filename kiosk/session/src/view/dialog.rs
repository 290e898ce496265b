//! Over the screen: help, emergency, and "still there?".

use super::Scene;
use crate::event::AlertOutcome;
use crate::moment::Moment;
use crate::phrase::Phrase;
use crate::screen::{Action, Dialog, Key, Tone};
use crate::session::{DialogKind, Session};

pub(super) fn dialog(session: &Session, scene: &Scene<'_>, now: Moment) -> Option<Dialog> {
    match session.dialog {
        Some(dialog) => Some(match dialog.kind {
            DialogKind::Help => help(session, scene, dialog.outcome),
            DialogKind::Emergency => emergency(scene, dialog.outcome),
        }),
        None => session.warning_seconds(now).map(|seconds| warning(scene, seconds)),
    }
}

fn help(session: &Session, scene: &Scene<'_>, outcome: Option<AlertOutcome>) -> Dialog {
    let text = match outcome {
        None => Phrase::HelpCalling,
        Some(AlertOutcome::Heard) => Phrase::HelpHeard,
        Some(AlertOutcome::NotHeard) => Phrase::HelpNotHeard,
    };
    let leave = session.visit().map(|_| scene.secondary(Phrase::WarningLeave, Action::Cancel));
    let close = scene.primary(Phrase::HelpClose, Action::CloseDialog);
    let keys: Vec<Key> = leave.into_iter().chain([close]).collect();
    Dialog { tone: Tone::Neutral, title: scene.say(Phrase::HelpTitle), text: scene.say(text), seconds: None, keys }
}

fn emergency(scene: &Scene<'_>, outcome: Option<AlertOutcome>) -> Dialog {
    let text = match outcome {
        None => Phrase::EmergencyCalling,
        Some(AlertOutcome::Heard) => Phrase::EmergencyHeard,
        Some(AlertOutcome::NotHeard) => Phrase::EmergencyNotHeard,
    };
    Dialog {
        tone: Tone::Danger,
        title: scene.say(Phrase::EmergencyTitle),
        text: scene.say(text),
        seconds: None,
        keys: vec![scene.secondary(Phrase::EmergencyClose, Action::CloseDialog)],
    }
}

fn warning(scene: &Scene<'_>, seconds: u16) -> Dialog {
    Dialog {
        tone: Tone::Warn,
        title: scene.say(Phrase::WarningTitle),
        text: scene.say(Phrase::WarningText),
        seconds: Some(seconds),
        keys: vec![
            scene.secondary(Phrase::WarningLeave, Action::Cancel),
            scene.primary(Phrase::WarningStay, Action::StillHere),
        ],
    }
}
