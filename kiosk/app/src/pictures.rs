//! The drawing on a screen that shows what to do: where the card goes, where the paper comes out.
//!
//! All share one hand: dark devices with a blue light, white cards with a blue edge, one thick arrow.

use crate::canvas::{Canvas, ellipse, rounded_box};
use crate::palette::{self, Rgb};
use crate::signs::flower;
use bevy::math::{Vec2, vec2};
use session::screen::{Mood, Picture};

/// Every drawing has this size.
pub const WIDTH: u32 = 880;
pub const HEIGHT: u32 = 520;

pub fn draw(picture: Picture, mood: Mood) -> Canvas {
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    let c = &mut canvas;
    match picture {
        Picture::InsertCard => {
            reader(c, vec2(236.0, 318.0));
            identity_card(c, vec2(277.0, 8.0));
            arrow(c, vec2(440.0, 236.0), vec2(440.0, 302.0));
        }
        Picture::RemoveCard => {
            reader(c, vec2(236.0, 318.0));
            identity_card(c, vec2(277.0, 84.0));
            arrow(c, vec2(690.0, 250.0), vec2(690.0, 92.0));
        }
        Picture::KeepCardStill => {
            identity_card(c, vec2(277.0, 96.0));
            reader(c, vec2(236.0, 268.0));
            for (step, radius) in [46.0, 86.0, 126.0].into_iter().enumerate() {
                let ink = [palette::BLUE, palette::SKY, palette::PALE_STEEL][step];
                let ink = quiet(ink, mood);
                c.arc(vec2(640.0, 180.0), Vec2::splat(radius), 16.0, 0.13, 0.37, ink);
                c.arc(vec2(240.0, 180.0), Vec2::splat(radius), 16.0, 0.63, 0.87, ink);
            }
        }
        Picture::ScanCode => {
            beam(c);
            code_card(c, vec2(277.0, 20.0), palette::FLOWER);
            scanner(c);
        }
        Picture::InsuranceCard => {
            beam(c);
            insurance_card(c, vec2(277.0, 20.0));
            scanner(c);
        }
        Picture::ScanPhone => {
            beam(c);
            phone(c, vec2(345.0, 4.0));
            scanner(c);
        }
        Picture::LookAtCamera => look_at_camera(c, mood),
        Picture::GoToCounter => go_to_counter(c, mood),
        Picture::TakePaper => take_paper(c),
        Picture::StaffIsComing => staff_is_coming(c, mood),
        Picture::OutOfOrder => out_of_order(c),
        Picture::Flower => match mood {
            Mood::Everyday => flower(c, vec2(440.0, 272.0), 230.0),
            Mood::Private => {}
        },
    }
    canvas
}

fn quiet(ink: Rgb, mood: Mood) -> Rgb {
    match (mood, ink) {
        (Mood::Private, palette::BLUE) => palette::QUIET_INK,
        (Mood::Private, palette::SKY) => palette::STEEL,
        (Mood::Private | Mood::Everyday, ink) => ink,
    }
}

const CARD: Vec2 = vec2(326.0, 206.0);

fn blank_card(c: &mut Canvas, at: Vec2) {
    c.rect(at, CARD, 24.0, palette::WHITE);
    c.frame(at, CARD, 24.0, 6.0, palette::BLUE);
}

fn identity_card(c: &mut Canvas, at: Vec2) {
    blank_card(c, at);
    c.rect(at + vec2(28.0, 24.0), vec2(172.0, 16.0), 8.0, palette::FLOWER);
    portrait(c, at + vec2(28.0, 60.0));
    for (row, width) in [154.0, 118.0, 154.0].into_iter().enumerate() {
        c.rect(at + vec2(136.0, 68.0 + 28.0 * row as f32), vec2(width, 13.0), 6.5, palette::PALE_STEEL);
    }
    c.rect(at + vec2(228.0, 148.0), vec2(60.0, 40.0), 9.0, palette::CHIP);
    c.line(&[at + vec2(228.0, 168.0), at + vec2(288.0, 168.0)], 3.0, palette::BROWN);
    c.line(&[at + vec2(258.0, 148.0), at + vec2(258.0, 188.0)], 3.0, palette::BROWN);
}

fn portrait(c: &mut Canvas, at: Vec2) {
    let size = vec2(84.0, 110.0);
    c.rect(at, size, 8.0, palette::LINE);
    c.disc(at + vec2(42.0, 42.0), 24.0, palette::STEEL);
    let (centre, radii) = (at + vec2(42.0, 112.0), vec2(36.0, 40.0));
    c.paint(at, at + size, palette::STEEL, 1.0, |p| ellipse(p - centre, radii).max(rounded_box(p, at, size, 8.0)));
}

fn code_card(c: &mut Canvas, at: Vec2, band: Rgb) {
    blank_card(c, at);
    c.rect(at + vec2(28.0, 24.0), vec2(140.0, 16.0), 8.0, band);
    for (row, width) in [140.0, 104.0, 140.0, 84.0].into_iter().enumerate() {
        c.rect(at + vec2(28.0, 68.0 + 28.0 * row as f32), vec2(width, 13.0), 6.5, palette::PALE_STEEL);
    }
    code(c, at + vec2(188.0, 66.0), 112.0);
}

fn insurance_card(c: &mut Canvas, at: Vec2) {
    blank_card(c, at);
    c.paint(at, at + vec2(CARD.x, 52.0), palette::GREEN, 1.0, |p| {
        rounded_box(p, at + 6.0, CARD - 12.0, 18.0).max(p.y - at.y - 52.0)
    });
    c.rect(at + vec2(34.0, 17.0), vec2(10.0, 28.0), 3.0, palette::WHITE);
    c.rect(at + vec2(25.0, 26.0), vec2(28.0, 10.0), 3.0, palette::WHITE);
    c.rect(at + vec2(70.0, 25.0), vec2(150.0, 13.0), 6.5, palette::WHITE);
    for (row, width) in [140.0, 104.0, 140.0].into_iter().enumerate() {
        c.rect(at + vec2(28.0, 82.0 + 32.0 * row as f32), vec2(width, 13.0), 6.5, palette::PALE_STEEL);
    }
    code(c, at + vec2(196.0, 74.0), 104.0);
}

/// A code that says nothing: three finders and a fixed scatter.
fn code(c: &mut Canvas, at: Vec2, size: f32) {
    const MODULES: usize = 17;
    let module = size / MODULES as f32;
    c.rect(at - module, Vec2::splat(size + 2.0 * module), 4.0, palette::WHITE);
    let finder = |x: usize, y: usize| {
        [(0, 0), (MODULES - 5, 0), (0, MODULES - 5)].map(|(fx, fy)| {
            (x >= fx && x < fx + 5 && y >= fy && y < fy + 5).then(|| {
                let (dx, dy) = (x - fx, y - fy);
                dx == 0 || dx == 4 || dy == 0 || dy == 4 || (dx == 2 && dy == 2)
            })
        })
    };
    for y in 0..MODULES {
        for x in 0..MODULES {
            let dark = finder(x, y).into_iter().flatten().next().unwrap_or((x * 7 + y * 11 + x * y) % 5 < 2);
            if dark {
                c.rect(at + vec2(x as f32, y as f32) * module, Vec2::splat(module + 0.4), 0.0, palette::INK);
            }
        }
    }
}

fn phone(c: &mut Canvas, at: Vec2) {
    let size = vec2(190.0, 300.0);
    c.rect(at, size, 34.0, palette::INK);
    c.rect(at + vec2(12.0, 12.0), size - 24.0, 24.0, palette::WHITE);
    c.rect(at + vec2(70.0, 22.0), vec2(50.0, 12.0), 6.0, palette::INK);
    code(c, at + vec2(37.0, 70.0), 116.0);
    c.rect(at + vec2(45.0, 216.0), vec2(100.0, 13.0), 6.5, palette::PALE_STEEL);
    c.rect(at + vec2(60.0, 244.0), vec2(70.0, 13.0), 6.5, palette::PALE_STEEL);
}

fn reader(c: &mut Canvas, at: Vec2) {
    c.rect(at, vec2(408.0, 170.0), 30.0, palette::INK);
    c.rect(at + vec2(36.0, 26.0), vec2(336.0, 14.0), 7.0, palette::SKY);
    c.rect(at + vec2(150.0, 92.0), vec2(108.0, 12.0), 6.0, palette::QUIET_INK);
    c.disc(at + vec2(204.0, 132.0), 8.0, palette::SKY);
}

fn scanner(c: &mut Canvas) {
    let at = vec2(236.0, 398.0);
    c.rect(at, vec2(408.0, 116.0), 30.0, palette::INK);
    c.rect(at + vec2(84.0, 20.0), vec2(240.0, 40.0), 14.0, palette::SKY);
    c.rect(at + vec2(100.0, 34.0), vec2(208.0, 6.0), 3.0, palette::WHITE);
    c.rect(at + vec2(150.0, 84.0), vec2(108.0, 10.0), 5.0, palette::QUIET_INK);
}

/// The light that rises from the scanner's window.
fn beam(c: &mut Canvas) {
    let light = [vec2(330.0, 420.0), vec2(550.0, 420.0), vec2(660.0, 210.0), vec2(220.0, 210.0)];
    let centre_x = 440.0;
    c.paint(vec2(200.0, 210.0), vec2(680.0, 420.0), palette::SKY, 0.35, |p| {
        let along = (p.y - 210.0) / 210.0;
        let half = 220.0 + (110.0 - 220.0) * along;
        ((p.x - centre_x).abs() - half).max(light[2].y - p.y).max(p.y - light[0].y)
    });
}

/// One thick arrow from tail to tip.
fn arrow(c: &mut Canvas, tail: Vec2, tip: Vec2) {
    let along = (tip - tail).normalize();
    let head = 34.0_f32.min(tip.distance(tail) * 0.6);
    let barb = |side: f32| tip - along * head + along.perp() * side * head;
    c.line(&[tail, tip], 20.0, palette::BLUE);
    c.line(&[barb(1.0), tip, barb(-1.0)], 20.0, palette::BLUE);
}

/// Head and shoulders; the body ends on `floor`.
fn person(c: &mut Canvas, head: Vec2, radius: f32, floor: f32, ink: Rgb, coat: Rgb) {
    let at = vec2(head.x - radius * 1.65, head.y + radius * 1.22);
    let size = vec2(radius * 3.3, floor - at.y);
    let round = (radius * 1.45).min(size.y);
    // The lower corners lie below the floor, where the body is cut.
    c.paint(at, at + size, coat, 1.0, |p| rounded_box(p, at, size + vec2(0.0, round), round).max(p.y - floor));
    c.disc(head, radius, ink);
}

fn look_at_camera(c: &mut Canvas, mood: Mood) {
    c.rect(vec2(340.0, 4.0), vec2(200.0, 84.0), 42.0, palette::INK);
    c.disc(vec2(440.0, 46.0), 28.0, palette::SKY);
    c.disc(vec2(440.0, 46.0), 14.0, palette::INK);
    c.disc(vec2(431.0, 38.0), 5.0, palette::WHITE);
    for step in 0..3 {
        c.disc(vec2(440.0, 112.0 + 24.0 * step as f32), 7.0, quiet(palette::BLUE, mood));
    }
    person(c, vec2(440.0, 290.0), 84.0, 520.0, palette::STEEL, palette::PALE_STEEL);
    c.disc(vec2(412.0, 280.0), 9.0, palette::INK);
    c.disc(vec2(468.0, 280.0), 9.0, palette::INK);
    c.arc(vec2(440.0, 300.0), vec2(34.0, 30.0), 9.0, 0.36, 0.64, palette::INK);
    for dash in 0..16 {
        let from = dash as f32 / 16.0;
        c.arc(vec2(440.0, 290.0), vec2(122.0, 132.0), 9.0, from, from + 0.03, quiet(palette::BLUE, mood));
    }
}

fn go_to_counter(c: &mut Canvas, mood: Mood) {
    person(c, vec2(620.0, 120.0), 62.0, 330.0, palette::STEEL, palette::WHITE);
    c.rect(vec2(607.0, 240.0), vec2(26.0, 70.0), 4.0, quiet(palette::BLUE, mood));
    c.rect(vec2(585.0, 262.0), vec2(70.0, 26.0), 4.0, quiet(palette::BLUE, mood));
    c.rect(vec2(400.0, 322.0), vec2(440.0, 44.0), 16.0, palette::INK);
    c.rect(vec2(430.0, 366.0), vec2(380.0, 148.0), 12.0, palette::DUSK);
    c.rect(vec2(430.0, 366.0), vec2(380.0, 18.0), 0.0, palette::NIGHT);
    person(c, vec2(140.0, 190.0), 62.0, 514.0, palette::STEEL, palette::DUSK);
    arrow(c, vec2(268.0, 420.0), vec2(384.0, 420.0));
}

fn take_paper(c: &mut Canvas) {
    c.rect(vec2(200.0, 10.0), vec2(480.0, 170.0), 36.0, palette::INK);
    c.rect(vec2(270.0, 122.0), vec2(340.0, 26.0), 13.0, palette::SKY);
    let at = vec2(310.0, 134.0);
    let size = vec2(260.0, 300.0);
    c.paint(at, at + size, palette::WHITE, 1.0, |p| rounded_box(p, at, size, 6.0));
    c.paint(at, at + size, palette::BLUE, 1.0, |p| {
        let d = rounded_box(p, at, size, 6.0);
        d.max(-d - 5.0).max(at.y + 10.0 - p.y)
    });
    c.rect(vec2(350.0, 186.0), vec2(180.0, 12.0), 6.0, palette::PALE_STEEL);
    c.rect(vec2(350.0, 222.0), vec2(180.0, 70.0), 12.0, palette::BLUE);
    c.rect(vec2(350.0, 314.0), vec2(180.0, 12.0), 6.0, palette::PALE_STEEL);
    c.rect(vec2(350.0, 342.0), vec2(120.0, 12.0), 6.0, palette::PALE_STEEL);
    c.rect(vec2(350.0, 376.0), vec2(160.0, 12.0), 6.0, palette::PALE_STEEL);
    arrow(c, vec2(680.0, 240.0), vec2(680.0, 420.0));
}

fn staff_is_coming(c: &mut Canvas, mood: Mood) {
    kiosk(c, vec2(96.0, 110.0));
    arrow(c, vec2(520.0, 330.0), vec2(376.0, 330.0));
    person(c, vec2(692.0, 116.0), 80.0, 510.0, palette::STEEL, palette::WHITE);
    c.rect(vec2(676.0, 296.0), vec2(32.0, 108.0), 5.0, quiet(palette::BLUE, mood));
    c.rect(vec2(638.0, 334.0), vec2(108.0, 32.0), 5.0, quiet(palette::BLUE, mood));
}

/// The kiosk itself, 210 wide.
fn kiosk(c: &mut Canvas, at: Vec2) {
    c.rect(at, vec2(210.0, 300.0), 28.0, palette::INK);
    c.rect(at + vec2(18.0, 20.0), vec2(174.0, 224.0), 14.0, palette::PAPER);
    c.rect(at + vec2(38.0, 46.0), vec2(120.0, 16.0), 8.0, palette::INK);
    c.rect(at + vec2(38.0, 80.0), vec2(134.0, 12.0), 6.0, palette::PALE_STEEL);
    c.rect(at + vec2(38.0, 104.0), vec2(90.0, 12.0), 6.0, palette::PALE_STEEL);
    c.rect(at + vec2(38.0, 188.0), vec2(134.0, 34.0), 12.0, palette::BLUE);
    c.rect(at + vec2(65.0, 268.0), vec2(80.0, 10.0), 5.0, palette::QUIET_INK);
    c.rect(at + vec2(76.0, 300.0), vec2(58.0, 80.0), 0.0, palette::NIGHT);
    c.rect(at + vec2(12.0, 376.0), vec2(186.0, 24.0), 12.0, palette::INK);
}

fn out_of_order(c: &mut Canvas) {
    c.rect(vec2(300.0, 10.0), vec2(280.0, 400.0), 36.0, palette::INK);
    c.rect(vec2(324.0, 36.0), vec2(232.0, 300.0), 18.0, palette::PAPER);
    c.rect(vec2(390.0, 366.0), vec2(100.0, 12.0), 6.0, palette::QUIET_INK);
    c.rect(vec2(400.0, 410.0), vec2(80.0, 76.0), 0.0, palette::NIGHT);
    c.rect(vec2(310.0, 482.0), vec2(260.0, 30.0), 15.0, palette::INK);
    c.polygon(&[vec2(440.0, 108.0), vec2(516.0, 240.0), vec2(364.0, 240.0)], 18.0, palette::CHIP);
    c.line(&[vec2(440.0, 142.0), vec2(440.0, 192.0)], 18.0, palette::INK);
    c.disc(vec2(440.0, 226.0), 11.0, palette::INK);
}
