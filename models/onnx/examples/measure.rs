//! Measures the pipeline on a folder of photographs: `measure FACES [MOST_PAIRS]`
//!
//! FACES holds `pairs.tsv` (`a b same group`, tab-separated, with a heading) and the photographs it names. Written to
//! standard output: true and false accept rates for each group, times of each stage (medians), percentiles of the
//! quality measures, and of the parallax that each photograph shows when it is turned as the flat thing it is.
//! Photographs and identities stay in memory.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::time::Instant;

use face::{Embedding, Engine, Landmarks, Picture, align, liveness, portrait, quality};

struct Measured {
    embedding: Embedding,
    landmarks: Landmarks,
    inter_eye_px: f32,
    yaw_shift: f32,
    exposure: quality::Exposure,
    /// Largest movement of the nose against the plane of eyes and mouth while the photograph is turned.
    flat_nose_shift: f32,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let faces = arguments.next().ok_or("usage: measure FACES [MOST_PAIRS]")?;
    let most_pairs: usize = arguments.next().map_or(Ok(usize::MAX), |text| text.parse())?;
    let mut engine = onnx::load(&onnx::provision_dir()?)?;
    let pairs = std::fs::read_to_string(Path::new(&faces).join("pairs.tsv"))?;
    let rows: Vec<Vec<&str>> = pairs.lines().skip(1).map(|line| line.split('\t').collect()).collect();
    let step = rows.len().div_ceil(most_pairs).max(1);

    let mut seen: HashMap<&str, Option<Measured>> = HashMap::new();
    let mut times: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut scores: BTreeMap<(&str, bool), Vec<f32>> = BTreeMap::new();
    let mut turned_heads: Vec<f32> = Vec::new();
    for row in rows.iter().step_by(step) {
        let &[a, b, same, group] = row.as_slice() else { return Err("pairs.tsv: a row without four columns".into()) };
        for name in [a, b] {
            if !seen.contains_key(name) {
                let measured = measure(&mut engine, &Path::new(&faces).join(name), &mut times)?;
                seen.insert(name, measured);
            }
        }
        if let (Some(Some(a)), Some(Some(b))) = (seen.get(a), seen.get(b)) {
            scores.entry((group, same == "1")).or_default().push(a.embedding.cosine(&b.embedding));
            if same == "1" && (a.yaw_shift - b.yaw_shift).abs() >= 0.2 {
                turned_heads.extend(liveness::nose_shift(&a.landmarks, &b.landmarks).map(f32::abs));
            }
        }
    }

    turned_heads.sort_by(f32::total_cmp);
    let mut out = std::io::stdout().lock();
    let undetected = seen.values().filter(|measured| measured.is_none()).count();
    writeln!(out, "{} photographs, {undetected} without a face", seen.len())?;
    for ((group, same), scores) in &scores {
        let rate = |threshold: f32| {
            let above = scores.iter().filter(|score| **score >= threshold).count();
            format!("{:.3} % @{threshold}", 100.0 * above as f64 / scores.len() as f64)
        };
        let kind = if *same { "true accept" } else { "false accept" };
        let rates = [0.363, 0.4, 0.45, 0.5].map(rate).join(", ");
        writeln!(out, "{group}: {kind} {rates} of {} pairs", scores.len())?;
    }
    for (stage, times) in &mut times {
        times.sort_by(f64::total_cmp);
        writeln!(out, "{stage}: median {:.2} ms", times[times.len() / 2] * 1e3)?;
    }
    if let Some(median) = turned_heads.get(turned_heads.len() / 2) {
        let shown = turned_heads.iter().filter(|shift| **shift >= liveness::MIN_PARALLAX).count();
        let all = turned_heads.len();
        writeln!(
            out,
            "heads turned between two photographs: {shown} of {all} show parallax, median shift {median:.3}"
        )?;
    }
    type Value = fn(&Measured) -> f32;
    let values: [(&str, Value); 6] = [
        ("inter-eye px", |m| m.inter_eye_px),
        ("yaw shift", |m| m.yaw_shift.abs()),
        ("luma", |m| m.exposure.luma),
        ("clipped", |m| m.exposure.clipped),
        ("sharpness", |m| m.exposure.sharpness),
        ("flat nose shift", |m| m.flat_nose_shift),
    ];
    for (name, value) in values {
        let mut all: Vec<f32> = seen.values().flatten().map(value).collect();
        all.sort_by(f32::total_cmp);
        let at = |share: f64| all[((all.len() - 1) as f64 * share) as usize];
        let percentiles = [0.0, 0.01, 0.5, 0.9, 0.99, 1.0].map(|share| format!("{:.3}", at(share))).join(" ");
        writeln!(out, "{name}: percentiles 0, 1, 50, 90, 99, 100: {percentiles}")?;
    }
    Ok(())
}

fn measure(
    engine: &mut Engine,
    path: &Path,
    times: &mut BTreeMap<&str, Vec<f64>>,
) -> Result<Option<Measured>, Box<dyn Error>> {
    let picture = portrait::decode(&std::fs::read(path)?)?;
    let start = Instant::now();
    let faces = engine.detect(&picture)?;
    times.entry("detect").or_default().push(start.elapsed().as_secs_f64());
    // These photographs are centred on their subject; others may stand around.
    let middle = |face: &face::Face| {
        let [x, y] = [face.face_box.x + face.face_box.width / 2.0, face.face_box.y + face.face_box.height / 2.0];
        (x - picture.width() as f32 / 2.0).hypot(y - picture.height() as f32 / 2.0)
    };
    let Some(face) = faces.iter().min_by(|a, b| middle(a).total_cmp(&middle(b))) else { return Ok(None) };
    let start = Instant::now();
    let crop = align::face_crop(&picture, &face.landmarks)?;
    let exposure = quality::exposure(&crop);
    times.entry("align and exposure").or_default().push(start.elapsed().as_secs_f64());
    let start = Instant::now();
    let embedding = engine.embed(&picture, &face.landmarks)?;
    times.entry("align and embed").or_default().push(start.elapsed().as_secs_f64());
    let (inter_eye_px, yaw_shift) = (face.landmarks.inter_eye_px(), quality::yaw_shift(&face.landmarks));
    let mut flat_nose_shift = 0f32;
    for degrees in [-30.0, -15.0, 15.0, 30.0] {
        let held = turned(&picture, degrees)?;
        // Turning moves the subject little: it stands in the middle.
        let faces = engine.detect(&held)?;
        if let Some(seen) = faces.iter().min_by(|a, b| middle(a).total_cmp(&middle(b))) {
            let shift = liveness::nose_shift(&face.landmarks, &seen.landmarks).unwrap_or(0.0);
            flat_nose_shift = flat_nose_shift.max(shift.abs());
        }
    }
    Ok(Some(Measured { embedding, landmarks: face.landmarks, inter_eye_px, yaw_shift, exposure, flat_nose_shift }))
}

/// The photograph as a camera sees a print of it that is turned about its vertical middle line, from two and a half
/// times its width away.
fn turned(picture: &Picture, degrees: f64) -> Result<Picture, Box<dyn Error>> {
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let (sin, cos) = degrees.to_radians().sin_cos();
    let away = 2.5 * width;
    let mut rgb = Vec::with_capacity(picture.rgb().len());
    for y in 0..picture.height() {
        for x in 0..picture.width() {
            let (u, v) = (f64::from(x) - width / 2.0, f64::from(y) - height / 2.0);
            // u = p·cos·away / (away + p·sin), solved for the place p on the print.
            let p = u * away / (cos * away - u * sin);
            let q = v * (away + p * sin) / away;
            let (from_x, from_y) =
                ((p + width / 2.0).clamp(0.0, width - 1.0), (q + height / 2.0).clamp(0.0, height - 1.0));
            let (left, top) = ((from_x as usize).min(width as usize - 2), (from_y as usize).min(height as usize - 2));
            let (share_x, share_y) = (from_x - left as f64, from_y - top as f64);
            let at = |x: usize, y: usize, channel: usize| {
                f64::from(picture.rgb()[(y * picture.width() as usize + x) * 3 + channel])
            };
            rgb.extend((0..3).map(|channel| {
                let upper = at(left, top, channel) * (1.0 - share_x) + at(left + 1, top, channel) * share_x;
                let lower = at(left, top + 1, channel) * (1.0 - share_x) + at(left + 1, top + 1, channel) * share_x;
                (upper * (1.0 - share_y) + lower * share_y) as u8
            }));
        }
    }
    Ok(Picture::from_rgb(picture.width(), picture.height(), rgb)?)
}
