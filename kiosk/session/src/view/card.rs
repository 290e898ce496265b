//! Welcome, the ways in, and the chip.

use emrtd::Progress;

use super::{Draft, Scene, Step};
use crate::event::DeviceStatus;
use crate::phrase::Phrase;
use crate::screen::{Action, Block, Key, KeyWeight, Picture, StepMark, Tone};
use crate::settings::{EidRoute, PapersDesk};
use crate::state::{ChipStage, FaceConsent, OtherWays, Reading, ScanNotice, ScanPrompt, Wanted};
use crate::words;

pub(super) fn welcome(scene: &Scene<'_>, notice: ScanNotice) -> Draft {
    let mut draft = match scene.station.devices.reader {
        DeviceStatus::Up => {
            let mut draft = scene.draft(None, Phrase::WelcomeHeadline, Phrase::WelcomeWhy);
            let caption = scene.say(Phrase::WelcomePicture);
            draft.body.push(Block::Picture { picture: Picture::InsertCard, caption });
            draft
        }
        DeviceStatus::Down => {
            let mut draft = scene.draft(None, Phrase::WelcomeNoReader, Phrase::WelcomeNoReaderWhy);
            let caption = scene.say(Phrase::WayReaderDown);
            draft.body.push(Block::Picture { picture: Picture::OutOfOrder, caption });
            draft
        }
    };
    draft.badge = (notice == ScanNotice::Unreadable).then(|| scene.badge(Tone::Warn, Phrase::ScanUnreadable));
    draft.keys = code_keys(scene);
    draft.keys.push(scene.secondary(Phrase::KeyTypeNumber, Action::TypeNumber));
    draft.keys.push(scene.secondary(Phrase::KeyNoCard, Action::NoCard));
    if scene.station.settings.papers.desk == PapersDesk::Open {
        draft.keys.push(scene.secondary(Phrase::KeyPapers, Action::OpenPapers));
    }
    draft
}

pub(super) fn other_ways(scene: &Scene<'_>, step: &OtherWays) -> Draft {
    let mut draft = scene.draft(Step::Card, Phrase::OtherHeadline, Phrase::OtherWhy);
    draft.badge = words::way_notice(step.notice).map(|notice| scene.badge(Tone::Warn, notice));
    draft.body.push(Block::Picture { picture: Picture::GoToCounter, caption: String::new() });
    draft.keys = code_keys(scene);
    draft.keys.push(scene.secondary(Phrase::KeyTypeNumber, Action::TypeNumber));
    draft.keys.push(scene.secondary(Phrase::KeyCancel, Action::Cancel));
    draft.keys.push(scene.primary(Phrase::KeyOtherCounter, Action::GoToCounter));
    draft
}

pub(super) fn scan_prompt(scene: &Scene<'_>, step: &ScanPrompt) -> Draft {
    let mut draft = match step.wanted {
        Wanted::Eid => {
            let mut draft = scene.draft(Step::Card, Phrase::ScanEidHeadline, Phrase::ScanEidWhy);
            let caption = scene.say(Phrase::ScanEidPicture);
            draft.body.push(Block::Picture { picture: Picture::ScanPhone, caption });
            draft
        }
        Wanted::InsuranceCard => {
            let mut draft = scene.draft(Step::Card, Phrase::ScanInsuranceHeadline, Phrase::ScanInsuranceWhy);
            let caption = scene.say(Phrase::ScanEidPicture);
            draft.body.push(Block::Picture { picture: Picture::InsuranceCard, caption });
            draft
        }
    };
    draft.badge = (step.notice == ScanNotice::Unreadable).then(|| scene.badge(Tone::Warn, Phrase::ScanUnreadable));
    draft.keys.push(scene.secondary(Phrase::KeyBack, Action::Back));
    draft.keys.push(scene.secondary(Phrase::KeyToCounter, Action::GoToCounter));
    draft
}

pub(super) fn await_card(scene: &Scene<'_>) -> Draft {
    let mut draft = scene.draft(Step::Card, Phrase::AwaitHeadline, Phrase::AwaitWhy);
    let caption = scene.say(Phrase::WelcomePicture);
    draft.body.push(Block::Picture { picture: Picture::InsertCard, caption });
    draft.keys.push(scene.secondary(Phrase::KeyNoChip, Action::NoCard));
    draft.keys.push(scene.secondary(Phrase::KeyToCounter, Action::GoToCounter));
    draft
}

pub(super) fn interrupted(scene: &Scene<'_>) -> Draft {
    let mut draft = scene.draft(Step::Card, Phrase::InterruptedHeadline, Phrase::InterruptedWhy);
    draft.badge = Some(scene.badge(Tone::Warn, Phrase::InterruptedBadge));
    let caption = scene.say(Phrase::WelcomePicture);
    draft.body.push(Block::Picture { picture: Picture::InsertCard, caption });
    draft.keys.push(scene.secondary(Phrase::KeyCancel, Action::Cancel));
    draft.keys.push(scene.secondary(Phrase::KeyToCounter, Action::GoToCounter));
    draft
}

/// Waiting is used: the question about the camera stands here already.
pub(super) fn reading(scene: &Scene<'_>, step: &Reading) -> Draft {
    let mut draft = scene.draft(Step::Card, Phrase::ReadingHeadline, Phrase::ReadingWhy);
    let (percent, current) = progress(&step.stage);
    let labels = [Phrase::ReadingAccess, Phrase::ReadingPersonal, Phrase::ReadingPortrait, Phrase::ReadingAuthenticity];
    let steps = labels.iter().enumerate().map(|(index, label)| {
        let mark = match index.cmp(&current) {
            std::cmp::Ordering::Less => StepMark::Done,
            std::cmp::Ordering::Equal => StepMark::Current,
            std::cmp::Ordering::Greater => StepMark::Waiting,
        };
        (mark, scene.say(*label))
    });
    draft.body.push(Block::Progress { percent, steps: steps.collect() });
    match (step.consent, scene.station.devices.camera) {
        (_, DeviceStatus::Down) => {
            draft.keys.push(scene.secondary(Phrase::KeyCancel, Action::Cancel));
        }
        (FaceConsent::Open, DeviceStatus::Up) => {
            draft.body.push(Block::Notice {
                tone: Tone::Neutral,
                title: scene.say(Phrase::ConsentWaiting),
                lead: scene.say(Phrase::ConsentLead),
                text: scene.say(Phrase::ConsentText),
            });
            draft.keys = consent_keys(scene);
        }
        (FaceConsent::Agreed, DeviceStatus::Up) => {
            draft.body.push(Block::Paragraph(scene.say(Phrase::ConsentAgreed)));
            draft.keys.push(scene.secondary(Phrase::KeyDecline, Action::DeclineFace));
        }
        (FaceConsent::Declined, DeviceStatus::Up) => {
            draft.body.push(Block::Paragraph(scene.say(Phrase::ConsentDeclined)));
            draft.keys.push(scene.secondary(Phrase::KeyAgree, Action::AgreeToFace));
        }
    }
    draft
}

/// No and yes weigh the same.
pub(super) fn consent_keys(scene: &Scene<'_>) -> Vec<Key> {
    vec![
        scene.key(Phrase::KeyDecline, KeyWeight::Equal, Action::DeclineFace),
        scene.key(Phrase::KeyAgree, KeyWeight::Equal, Action::AgreeToFace),
    ]
}

/// VNeID only where somebody can confirm it; codes only while there is a scanner.
fn code_keys(scene: &Scene<'_>) -> Vec<Key> {
    let mut keys = Vec::new();
    let enabled = scene.station.devices.scanner == DeviceStatus::Up;
    if scene.station.settings.eid == EidRoute::Configured {
        keys.push(Key { enabled, ..scene.secondary(Phrase::KeyUseEid, Action::UseEid) });
    }
    keys.push(Key { enabled, ..scene.secondary(Phrase::KeyInsuranceCard, Action::UseInsuranceCard) });
    keys
}

/// Percent of the whole, and which of the four steps it is. The portrait is most of the bytes.
fn progress(stage: &ChipStage) -> (u8, usize) {
    match stage {
        ChipStage::Challenge => (2, 0),
        ChipStage::Chip { progress, .. } => match *progress {
            Progress::Access => (5, 0),
            Progress::Personal => (15, 1),
            Progress::Portrait { read_bytes, total_bytes } => {
                let share = read_bytes.min(total_bytes) * 65 / total_bytes.max(1);
                (25 + u8::try_from(share).unwrap_or(65), 2)
            }
            Progress::Authenticity => (92, 3),
        },
    }
}
