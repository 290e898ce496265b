//! The report as one picture.

mod canvas;
mod chart;

use std::path::Path;

use image::{Rgb, RgbImage};

use self::canvas::{Canvas, Colour, Fonts, Weight};
use self::chart::{Bar, Chart, Row, number};
use crate::BenchError;
use crate::card::CardReport;
use crate::check_ins::{CheckInReport, Rate};
use crate::drain::DrainReport;
use crate::matching::{FaceReport, Stage};
use crate::paperwork::PaperworkReport;
use crate::reducer::SessionReport;
use crate::report::Report;
use crate::sample::Summary;
use crate::window::WindowReport;

const PAPER: Colour = Rgb([0xFB, 0xFA, 0xF7]);
const PANEL: Colour = Rgb([0xFF, 0xFF, 0xFF]);
const LINE: Colour = Rgb([0xD9, 0xDE, 0xE6]);
const INK: Colour = Rgb([0x10, 0x23, 0x3B]);
const QUIET: Colour = Rgb([0x44, 0x54, 0x6A]);
/// The least that the work can cost.
const FLOOR: Colour = Rgb([0x0B, 0x4A, 0x8F]);
/// What we add to it.
const ADDED: Colour = Rgb([0x8F, 0xB4, 0xDC]);
const ADDED_TOO: Colour = Rgb([0xE3, 0xA9, 0x4F]);

const WIDTH: u32 = 2200;
const MARGIN: f32 = 48.0;
const HEAD: f32 = 150.0;

pub fn draw(report: &Report, provision: &Path) -> Result<RgbImage, BenchError> {
    let fonts = Fonts::load(provision)?;
    let columns = [
        vec![link(&report.card), check_ins(&report.check_ins), paperwork(&report.paperwork), drain(&report.drain)],
        vec![host(&report.card), pipeline(&report.face), session(&report.session), window(&report.window)],
    ];
    let tall = |charts: &Vec<Chart>| charts.iter().map(|chart| chart.height() + MARGIN / 2.0).sum::<f32>();
    let height = HEAD + columns.iter().map(tall).fold(0.0, f32::max) + MARGIN / 2.0;
    let mut canvas = Canvas::new(WIDTH, height.ceil() as u32, PAPER);
    canvas.text(&fonts, "Tiếp Đón: measured, beside the least it can cost", MARGIN, 74.0, Weight::Bold, 42.0, INK);
    canvas.text(&fonts, &subtitle(report), MARGIN, 114.0, Weight::Regular, 19.0, QUIET);
    let width = (WIDTH as f32 - MARGIN * 2.0 - MARGIN / 2.0) / columns.len() as f32;
    for (index, charts) in columns.iter().enumerate() {
        let x = MARGIN + (width + MARGIN / 2.0) * index as f32;
        let mut y = HEAD;
        for chart in charts {
            chart.draw(&mut canvas, &fonts, x, y, width);
            y += chart.height() + MARGIN / 2.0;
        }
    }
    Ok(canvas.picture)
}

fn subtitle(report: &Report) -> String {
    let machine = &report.machine;
    let load = machine.load_before.map_or("unknown".to_owned(), number);
    format!(
        "{} processors ({}), load at the beginning {load}. Profile {}. Bars: median; lines: least to most of the runs.",
        machine.processors, machine.processor, report.profile
    )
}

fn link(card: &CardReport) -> Chart {
    let mut rows = Vec::new();
    for reading in &card.readings {
        rows.push(Row::Group(format!(
            "{}, {} form: {} APDUs, {} bytes there, {} bytes back",
            reading.access,
            reading.apdu_form,
            reading.apdus,
            number(reading.bytes_to_card as f64),
            number(reading.bytes_from_card as f64),
        )));
        for link in &reading.links {
            let value = format!("{:.2} s = {:.2} × floor", link.link_ms / 1e3, link.ratio);
            let segments = vec![
                (link.floor_ms, FLOOR),
                ((link.reads_ms - link.floor_ms).max(0.0), ADDED),
                (link.access_and_proofs_ms, ADDED_TOO),
            ];
            rows.push(bar(format!("{} kbit/s", link.kbit_per_s), segments, None, value));
        }
    }
    let payload = card.readings.iter().map(|reading| reading.payload_bytes).max().unwrap_or(0);
    Chart {
        title: "Whole chip: time on the contactless link".to_owned(),
        notes: vec![
            format!(
                "All files of the document, {} bytes (portrait {}). Added up by ISO/IEC 14443, not waited for; the chip's",
                number(payload as f64),
                number(card.portrait_bytes as f64)
            ),
            "own computing is not in it. Extended APDUs: 2048 bytes. Floor: the same bytes in the open, in answers"
                .to_owned(),
            "as large as the APDU form allows, without access, selection and proofs.".to_owned(),
        ],
        unit: "ms",
        legend: vec![(FLOOR, "floor"), (ADDED, "secure messaging, smaller pieces"), (ADDED_TOO, "access and proofs")],
        rows,
    }
}

fn host(card: &CardReport) -> Chart {
    let rows = card.readings.iter().map(|reading| {
        let label = format!("{}, {}", reading.access.split([',', ' ']).next().unwrap_or_default(), reading.apdu_form);
        let cpu = reading.host_cpu_ms;
        bar(label, vec![(cpu.median, ADDED)], Some(cpu), format!("{} ms", number(cpu.median)))
    });
    Chart {
        title: "Whole chip: processor time of the reading side".to_owned(),
        notes: vec![
            "Access, secure messaging, passive, active and chip authentication; without the simulated chip.".to_owned(),
        ],
        unit: "ms",
        legend: vec![],
        rows: rows.collect(),
    }
}

fn pipeline(face: &FaceReport) -> Chart {
    let largest = face.photographs_px.iter().max_by_key(|(width, height)| width * height).copied().unwrap_or_default();
    let mut rows: Vec<Row> = face.stages.iter().map(stage).collect();
    rows.push(Row::Group("Together".to_owned()));
    rows.extend([stage(&face.frame), stage(&face.match_of_three_frames)]);
    Chart {
        title: "Face: processor time of each stage".to_owned(),
        notes: vec![format!(
            "{} photographs of up to {} × {} pixels, {} runs each; chip portrait {} × {}. One thread.",
            face.photographs_px.len(),
            largest.0,
            largest.1,
            face.runs,
            face.chip_portrait_px.0,
            face.chip_portrait_px.1
        )],
        unit: "ms",
        legend: vec![(FLOOR, "the network alone"), (ADDED, "what the stage adds")],
        rows,
    }
}

fn session(session: &SessionReport) -> Chart {
    let row = |label: &str, us: Summary| {
        bar(label.to_owned(), vec![(us.median, ADDED)], Some(us), format!("{} µs", number(us.median)))
    };
    Chart {
        title: "Session: processor time of one event".to_owned(),
        notes: vec![format!(
            "{} events a visit, {} visits. The dearest event with its screen takes {} % of the time between two frames.",
            session.events_a_visit,
            session.visits,
            number(session.worst_part_of_a_frame * 100.0)
        )],
        unit: "µs",
        legend: vec![],
        rows: vec![row("decide what happens", session.decide_us), row("draw up the screen", session.view_us)],
    }
}

fn check_ins(check_ins: &CheckInReport) -> Chart {
    let [before, after] = check_ins.bare_commits_per_s;
    let floor = Summary { median: f64::midpoint(before, after), min: before.min(after), max: before.max(after) };
    let rate = |label: &str, rate: &Rate| {
        let value = format!("{} = {:.2} × bare", number(rate.visits_per_s), rate.ratio);
        bar(label.to_owned(), vec![(rate.visits_per_s, ADDED)], None, value)
    };
    Chart {
        title: "Check-ins a second, durable".to_owned(),
        notes: vec![
            format!(
                "SQLite, {}; {} kiosks on loopback. A visit is {} commits.",
                check_ins.journal,
                check_ins.kiosks,
                number(check_ins.by_code.commits_a_visit)
            ),
            format!("Bare: {}.", check_ins.floor),
        ],
        unit: "/s",
        legend: vec![(FLOOR, "bare commits"), (ADDED, "visits")],
        rows: vec![
            bar("one-row commits".to_owned(), vec![(floor.median, FLOOR)], Some(floor), number(floor.median)),
            rate("by the card's code", &check_ins.by_code),
            rate("by chip and face, authenticated again", &check_ins.by_chip_and_face),
        ],
    }
}

fn paperwork(paperwork: &PaperworkReport) -> Chart {
    let row = |label: &str, time: Summary| {
        bar(label.to_owned(), vec![(time.median, ADDED)], Some(time), format!("{} ms", number(time.median)))
    };
    let (bare, sign) = (paperwork.bare_rsa_ms, paperwork.sign_ms);
    let added = (sign.median - bare.median).max(0.0);
    Chart {
        title: "One birth certificate: processor time".to_owned(),
        notes: vec![format!("{} runs. Bare: {}.", paperwork.runs, paperwork.floor)],
        unit: "ms",
        legend: vec![(FLOOR, "bare RSA-2048"), (ADDED, "ours")],
        rows: vec![
            row("check, all findings", paperwork.check_ms),
            row("write as XML", paperwork.write_ms),
            bar(
                "sign".to_owned(),
                vec![(bare.median, FLOOR), (added, ADDED)],
                Some(sign),
                format!("{} ms = {:.2} × bare", number(sign.median), paperwork.sign_ratio),
            ),
            row("verify", paperwork.verify_ms),
        ],
    }
}

fn drain(drain: &DrainReport) -> Chart {
    let row = |label: &str, rate: f64, colour| {
        bar(label.to_owned(), vec![(rate, colour)], None, format!("{} /s", number(rate)))
    };
    Chart {
        title: "Outbox: certificates a second".to_owned(),
        notes: vec![
            format!(
                "{} certificates, gateway at {} ms, {} requests at a time: {:.0} % of what that permits; {} accepted, {} doubled.",
                drain.certificates,
                drain.latency_ms,
                drain.concurrency,
                drain.ratio * 100.0,
                drain.accepted,
                drain.doubled
            ),
            format!(
                "Memory of server and gateway: {} MiB before, {} MiB while {} wait, {} MiB at the end.",
                number(drain.resident_mib_before),
                number(drain.resident_mib_waiting),
                drain.waiting,
                number(drain.resident_mib_drained)
            ),
        ],
        unit: "/s",
        legend: vec![(FLOOR, "permitted"), (ADDED, "ours")],
        rows: vec![
            row("permitted by concurrency", drain.permitted_per_s, FLOOR),
            row("sent and accepted", drain.drained_per_s, ADDED),
            row("signed, one worker", drain.signed_per_s, ADDED),
            row("checked, numbered, frozen", drain.frozen_per_s, ADDED),
        ],
    }
}

fn window(window: &WindowReport) -> Chart {
    let (notes, rows) = match window {
        WindowReport::Missing { why } => (vec![format!("Not measured: {why}.")], vec![]),
        WindowReport::Measured { start_to_first_picture_ms, idle_part_of_a_core, resident_mib, .. } => (
            vec![
                "The real program on a virtual panel of 1080 × 1920, drawn without a graphics processor.".to_owned(),
                format!(
                    "Idle: {} % of one core; {} MiB resident.",
                    number(idle_part_of_a_core * 100.0),
                    number(*resident_mib)
                ),
            ],
            vec![bar(
                "start to first picture".to_owned(),
                vec![(*start_to_first_picture_ms, ADDED)],
                None,
                format!("{} ms", number(*start_to_first_picture_ms)),
            )],
        ),
    };
    Chart { title: "Window".to_owned(), notes, unit: "ms", legend: vec![], rows }
}

fn stage(stage: &Stage) -> Row {
    let all = stage.cpu_ms.median;
    let (segments, value) = match (stage.model_cpu_ms, stage.ratio) {
        (Some(model), Some(ratio)) => {
            let value = format!("{} ms = {:.2} × network", number(all), ratio.median);
            (vec![(model.median, FLOOR), ((all - model.median).max(0.0), ADDED)], value)
        }
        (Some(_) | None, _) => (vec![(all, ADDED)], format!("{} ms", number(all))),
    };
    bar(stage.name.to_owned(), segments, Some(stage.cpu_ms), value)
}

fn bar(label: String, segments: Vec<(f64, Colour)>, spread: Option<Summary>, value: String) -> Row {
    Row::Bar(Bar { label, segments, spread, value })
}
