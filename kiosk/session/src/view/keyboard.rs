//! The Vietnamese keyboard: every letter a key or a key and a tone.

use super::Scene;
use crate::phrase::Phrase;
use crate::screen::{Action, Block, KeyCap, KeyFace, Keyboard, ToneMark};
use crate::typing::{Capitals, MARKED, SIGNS, Shift, Typing};

pub(super) fn block(scene: &Scene<'_>, typing: &Typing, label: String) -> Block {
    // Large whatever is typed next, as on every keyboard: what a finger is on its way to does not change.
    let letter = |letter: char| {
        let label = letter.to_uppercase().to_string();
        KeyCap { label, face: KeyFace::Letter, width: 1.0, action: Action::Letter(letter) }
    };
    let quiet = |label: String, width: f32, action: Action| KeyCap { label, face: KeyFace::Quiet, width, action };
    let row = |letters: &str| letters.chars().map(letter).collect::<Vec<_>>();
    let tones = [
        (Phrase::ToneSac, ToneMark::Sac),
        (Phrase::ToneHuyen, ToneMark::Huyen),
        (Phrase::ToneHoi, ToneMark::Hoi),
        (Phrase::ToneNga, ToneMark::Nga),
        (Phrase::ToneNang, ToneMark::Nang),
    ];
    let held = match typing.shift {
        Shift::Lower => KeyFace::Quiet,
        Shift::Upper => KeyFace::Held,
    };
    let shift = KeyCap { label: scene.say(Phrase::KeyShift), face: held, width: 1.5, action: Action::Shift };
    let erase = KeyCap { face: KeyFace::Erase, ..quiet(scene.say(Phrase::KeyErase), 1.5, Action::Erase) };
    let signs = SIGNS.map(|sign| quiet(sign.to_string(), 1.0, Action::Letter(sign)));
    let [dash, comma, stop, stroke, apostrophe] = signs;
    let space = quiet(scene.say(Phrase::KeySpace), 5.0, Action::Letter(' '));
    // A name has none, and the room is for the tones.
    let digits = match typing.capitals {
        Capitals::EveryWord => None,
        Capitals::First => Some(row("1234567890")),
    };
    Block::Keyboard(Keyboard {
        label,
        entry: typing.text().to_owned(),
        rows: digits
            .into_iter()
            .chain([
                MARKED.map(letter).to_vec(),
                row("qwertyuiop"),
                row("asdfghjkl"),
                [shift].into_iter().chain(row("zxcvbnm")).chain([erase]).collect(),
                tones.map(|(label, mark)| quiet(scene.say(label), 2.0, Action::Tone(mark))).to_vec(),
                vec![dash, apostrophe, space, comma, stop, stroke],
            ])
            .collect(),
    })
}
