//! The kiosk in a window, with the drawer that moves what lies on its devices.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::line::LineState;
use ccid::sim::SimOptions;
use kiosk::dock::{Dock, DockButton, DockCommand, DockSection};
use kiosk::live::LiveStation;
use kiosk::window::{Placement, WindowError, WindowOptions, run_window};
use station::sim::{Bench, CameraPace, CardKind};

use crate::deck::Deck;
use crate::hospital::Hospital;
use crate::people;
use crate::stage::{Place, Props, StoryError, open_station};

#[derive(Debug, thiserror::Error)]
pub enum ByHandError {
    #[error(transparent)]
    Story(#[from] StoryError),
    #[error(transparent)]
    Window(#[from] WindowError),
}

/// Opens a window 1000 pixels high until it is closed.
pub fn open(props: &Props, deck: Arc<Deck>) -> Result<(), ByHandError> {
    let hospital = Hospital::open(&deck.authorities(), &props.photographs.eid_portrait).map_err(StoryError::from)?;
    let bench = Bench::new(SimOptions::extended_apdu(), CameraPace::Real).map_err(StoryError::from)?;
    let station = open_station(&hospital, &deck, &bench, props, Place::Hall)?;
    let live_a = props.photographs.live(&props.photographs.a).map_err(StoryError::from)?;
    let live_b = props.photographs.live(&props.photographs.b).map_err(StoryError::from)?;
    bench.choose_face(&live_a);
    let drawer = Drawer { hospital: Mutex::new(hospital), bench, deck, live_a, live_b };
    let options = WindowOptions {
        placement: Placement::Windowed { height: 1000 },
        fonts: props.provision.join("fonts"),
        dock: Some(Box::new(drawer)),
    };
    Ok(run_window(Box::new(LiveStation::new(station)), options)?)
}

struct Drawer {
    hospital: Mutex<Hospital>,
    bench: Bench,
    deck: Arc<Deck>,
    live_a: Vec<camera::sim::Picture>,
    live_b: Vec<camera::sim::Picture>,
}

/// What the button says.
fn label(kind: CardKind) -> &'static str {
    match kind {
        CardKind::Genuine => "Thẻ thật",
        CardKind::UnknownSigner => "Chữ ký lạ",
        CardKind::Clone => "Chip sao chép",
        CardKind::Forged => "Thẻ giả",
        CardKind::AlteredDg1 => "DG1 bị sửa",
        CardKind::BacOnly => "Chỉ có BAC",
        CardKind::Child => "Thẻ trẻ em",
        CardKind::Jpeg2000 => "JPEG 2000",
        CardKind::PulledInDg2 => "Tuột giữa chừng",
    }
}

impl Drawer {
    fn insert(&self, name: &str) {
        match CardKind::named(name).map(|kind| self.deck.card(kind)) {
            Some(Ok(card)) => self.bench.insert_card(card),
            Some(Err(error)) => tracing::error!(%error, "that card cannot be made"),
            None => {}
        }
    }

    fn hospital(&self) -> MutexGuard<'_, Hospital> {
        self.hospital.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Dock for Drawer {
    fn sections(&self) -> Vec<DockSection> {
        let button = |label: &str, command: DockCommand| DockButton { label: label.to_owned(), command };
        let section = |title: &str, buttons: Vec<DockButton>| DockSection { title: title.to_owned(), buttons };
        // No encoder for JPEG 2000 is at hand.
        let cards = CardKind::ALL.into_iter().filter(|kind| *kind != CardKind::Jpeg2000);
        let cards = cards.map(|kind| button(label(kind), DockCommand::InsertCard(kind.name().to_owned())));
        vec![
            section("Thẻ · Card", cards.chain([button("Rút thẻ", DockCommand::PullCard)]).collect()),
            section(
                "Mã · Code",
                vec![
                    button("QR căn cước", DockCommand::ShowQr("card".into())),
                    button("QR VNeID", DockCommand::ShowQr("eid".into())),
                ],
            ),
            section(
                "Trước máy ảnh · Face",
                vec![
                    button("Chủ thẻ", DockCommand::Face("a".into())),
                    button("Người khác", DockCommand::Face("b".into())),
                    button("Không ai", DockCommand::Face(String::new())),
                ],
            ),
            section(
                "Giấy · Paper",
                vec![button("Hết giấy", DockCommand::EmptyPaper), button("Thay giấy", DockCommand::Refill)],
            ),
            section(
                "Đường dây · Lines",
                vec![
                    button("Cắt máy chủ", DockCommand::CutServer),
                    button("Nối máy chủ", DockCommand::RestoreServer),
                    button("Cắt cổng BHYT", DockCommand::CutGateway),
                    button("Nối cổng BHYT", DockCommand::RestoreGateway),
                ],
            ),
            section(
                "Dây cắm · Plugs",
                vec![
                    button("Rút đầu đọc", DockCommand::Unplug("reader".into())),
                    button("Cắm đầu đọc", DockCommand::Plug("reader".into())),
                    button("Rút máy ảnh", DockCommand::Unplug("camera".into())),
                    button("Cắm máy ảnh", DockCommand::Plug("camera".into())),
                ],
            ),
        ]
    }

    fn run(&mut self, command: DockCommand) {
        match command {
            DockCommand::InsertCard(name) => self.insert(&name),
            DockCommand::PullCard => self.bench.pull_card(),
            DockCommand::ShowQr(name) if name == "eid" => {
                let code = self.hospital().eid_code(people::MAU.number);
                self.bench.scan(&code);
            }
            DockCommand::ShowQr(_) => self.bench.scan(&people::MAU.card_qr()),
            DockCommand::Face(name) => match name.as_str() {
                "a" => self.bench.choose_face(&self.live_a),
                "b" => self.bench.choose_face(&self.live_b),
                _ => self.bench.choose_face(&[]),
            },
            DockCommand::EmptyPaper => self.bench.empty_paper(),
            DockCommand::Refill => self.bench.refill_paper(),
            DockCommand::CutServer => self.hospital().set_line(LineState::Cut),
            DockCommand::RestoreServer => self.hospital().set_line(LineState::Through),
            DockCommand::CutGateway => self.hospital().stop_gateway(),
            DockCommand::RestoreGateway => {
                if let Err(error) = self.hospital().start_gateway() {
                    tracing::error!(%error, "the gateway does not start again");
                }
            }
            DockCommand::Unplug(name) if name == "reader" => self.bench.reader().unplug(),
            DockCommand::Unplug(_) => self.bench.camera().unplug(),
            DockCommand::Plug(name) if name == "reader" => self.bench.reader().replug(),
            DockCommand::Plug(_) => self.bench.camera().plug_in(),
        }
    }
}
