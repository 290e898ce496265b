//! The face pipeline stage by stage on photographs, each network's stage beside the bare run of the network.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use emrtd::sim::PortraitImage;
use face::{
    Embedding, Engine, EngineError, FaceDecision, FaceMatch, MatchPolicy, Matcher, Model, Observation, Picture,
    PortraitHash, Tensor, align, portrait, quality,
};
use image::codecs::jpeg::JpegEncoder;
use image::imageops::{self, FilterType};
use image::{ExtendedColorType, RgbImage};
use serde::Serialize;

use crate::sample::{Spent, Summary, timed};
use crate::{BenchError, NO_RUN};

const RUNS: usize = 10;
/// As the portraits of citizen cards are.
const CHIP_PORTRAIT: (u32, u32) = (240, 320);
/// The decision takes less than the clock's step, so many are made at a time.
const DECISIONS_A_RUN: u32 = 1000;
/// A portrait of nobody in JPEG 2000, drawn for the tests of the decoder.
const JPEG_2000: &[u8] = include_bytes!("../../../models/face/tests/data/sim-person-1.jp2");

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FaceReport {
    pub runs: usize,
    /// Width and height.
    pub photographs_px: Vec<(u32, u32)>,
    pub chip_portrait_px: (u32, u32),
    pub stages: Vec<Stage>,
    /// One live frame: everything between a decoded picture and its embedding.
    pub frame: Stage,
    /// Portrait and three live frames up to the decision.
    pub match_of_three_frames: Stage,
    pub score: f32,
}

#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stage {
    pub name: &'static str,
    pub cpu_ms: Summary,
    pub wall_ms: Summary,
    /// The networks' own part of the same runs.
    pub model_cpu_ms: Option<Summary>,
    /// Stage over network, within each run.
    pub ratio: Option<Summary>,
}

/// The engine, with each network's own time measured inside it.
pub struct Watched {
    engine: Engine,
    models: Arc<Mutex<Spent>>,
}

impl Watched {
    pub fn load(provision: &Path) -> Result<Self, BenchError> {
        let models = Arc::new(Mutex::new(Spent::default()));
        let [detector, embedder] = onnx::load_networks(provision)?;
        let watched = |model| Box::new(WatchedModel { model, spent: models.clone() });
        let engine = Engine::new(watched(detector), watched(embedder))?;
        Ok(Self { engine, models })
    }

    /// The work's result, its time, and the networks' part of that.
    fn timed<T>(&mut self, work: impl FnOnce(&mut Engine) -> T) -> (T, Spent, Spent) {
        *self.models.lock().unwrap_or_else(PoisonError::into_inner) = Spent::default();
        let (done, spent) = timed(|| work(&mut self.engine));
        let models = *self.models.lock().unwrap_or_else(PoisonError::into_inner);
        (done, spent, models)
    }
}

struct WatchedModel {
    model: Box<dyn Model + Send>,
    spent: Arc<Mutex<Spent>>,
}

impl Model for WatchedModel {
    fn input_shape(&self) -> [usize; 4] {
        self.model.input_shape()
    }

    fn run(&mut self, input: &Tensor) -> Result<Vec<Tensor>, EngineError> {
        let (outputs, spent) = timed(|| self.model.run(input));
        let mut sum = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        sum.wall += spent.wall;
        sum.cpu += spent.cpu;
        outputs
    }
}

/// The photographs that set-up provides: of person A, and of person B.
pub struct Photographs {
    person_a: Vec<Vec<u8>>,
    person_b: Vec<Vec<u8>>,
}

impl Photographs {
    pub fn read(provision: &Path) -> Result<Self, BenchError> {
        let read = |person: &str| -> Result<Vec<Vec<u8>>, BenchError> {
            let folder = provision.join("photos").join(person);
            let unreadable = |source| BenchError::Photographs { folder: folder.clone(), source };
            let mut paths = std::fs::read_dir(&folder)
                .and_then(|entries| {
                    entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<PathBuf>, _>>()
                })
                .map_err(unreadable)?;
            paths.retain(|path| path.extension().is_some_and(|extension| extension == "jpg"));
            paths.sort();
            paths.iter().map(|path| std::fs::read(path).map_err(unreadable)).collect()
        };
        let photographs = Self { person_a: read("person-a")?, person_b: read("person-b")? };
        if photographs.person_a.len() < 2 {
            return Err(BenchError::Unexpected("fewer than two photographs of person-a: run ./run setup"));
        }
        Ok(photographs)
    }

    /// The first photograph of person A, cut and scaled as an issuer does it.
    pub fn chip_portrait(&self, watched: &mut Watched) -> Result<PortraitImage, BenchError> {
        let picture = portrait::decode(&self.person_a[0])?;
        let faces = watched.engine.detect(&picture)?;
        let face = quality::subject(&picture, &faces).map_err(BenchError::Photograph)?;
        let (width, height) = (picture.width() as f32, picture.height() as f32);
        let (middle_x, middle_y) =
            (face.face_box.x + face.face_box.width / 2.0, face.face_box.y + face.face_box.height / 2.0);
        let cut_width = (face.face_box.width * 2.0).min(width).min(height * 0.75);
        let cut_height = cut_width / 0.75;
        let left = (middle_x - cut_width / 2.0).clamp(0.0, width - cut_width);
        let top = (middle_y - cut_height / 2.0).clamp(0.0, height - cut_height);
        let photograph = RgbImage::from_raw(picture.width(), picture.height(), picture.rgb().to_vec())
            .ok_or(BenchError::Unexpected("a picture has three bytes a pixel"))?;
        let cut = imageops::crop_imm(&photograph, left as u32, top as u32, cut_width as u32, cut_height as u32);
        let (width, height) = CHIP_PORTRAIT;
        let scaled = imageops::resize(&cut.to_image(), width, height, FilterType::CatmullRom);
        let mut image = Vec::new();
        JpegEncoder::new_with_quality(&mut image, 85).encode(&scaled, width, height, ExtendedColorType::Rgb8)?;
        Ok(PortraitImage { image, width: width as u16, height: height as u16 })
    }

    fn live(&self) -> Result<Vec<Picture>, BenchError> {
        Ok(self.person_a[1..].iter().map(|photograph| portrait::decode(photograph)).collect::<Result<_, _>>()?)
    }
}

pub fn measure(
    watched: &mut Watched,
    photographs: &Photographs,
    chip_portrait: &[u8],
) -> Result<FaceReport, BenchError> {
    let pictures: Vec<Picture> = photographs
        .person_a
        .iter()
        .chain(&photographs.person_b)
        .map(|photograph| portrait::decode(photograph))
        .collect::<Result<_, _>>()?;
    let mut chip_jpeg = Samples::default();
    let mut chip_jpeg_2000 = Samples::default();
    let (mut detect, mut align, mut judge, mut embed) =
        (Samples::default(), Samples::default(), Samples::default(), Samples::default());
    let mut frame = Samples::default();
    let mut embeddings = Vec::new();
    for run in 0..RUNS {
        let (decoded, spent) = timed(|| portrait::decode(chip_portrait));
        decoded?;
        chip_jpeg.add(spent);
        let (decoded, spent) = timed(|| portrait::decode(JPEG_2000));
        decoded?;
        chip_jpeg_2000.add(spent);
        for picture in &pictures {
            let (faces, detect_spent, detector) = watched.timed(|engine| engine.detect(picture));
            let faces = faces?;
            detect.add_with(detect_spent, detector);
            let widest = faces.iter().max_by(|a, b| a.face_box.width.total_cmp(&b.face_box.width));
            let face = widest.ok_or(BenchError::Unexpected("no face in a photograph"))?;
            let (crop, align_spent) = timed(|| align::face_crop(picture, &face.landmarks));
            let crop = crop?;
            align.add(align_spent);
            let (_, judge_spent) =
                timed(|| (quality::subject(picture, &faces).is_ok(), quality::exposure(&crop).check()));
            judge.add(judge_spent);
            let (embedding, embed_spent, embedder) = watched.timed(|engine| engine.embed_crop(&crop));
            let embedding = embedding?;
            embed.add_with(embed_spent, embedder);
            if run == 0 {
                embeddings.push(embedding);
            }
            let whole = [detect_spent, align_spent, judge_spent, embed_spent].into_iter().fold(Spent::default(), sum);
            frame.add_with(whole, sum(detector, embedder));
        }
    }
    let decide = decide(embeddings)?;
    let (whole, score) = match_of_three_frames(watched, photographs, chip_portrait)?;
    let stages = [
        chip_jpeg.stage("decode chip portrait, JPEG"),
        chip_jpeg_2000.stage("decode chip portrait, JPEG 2000"),
        detect.stage("detect (640 x 640)"),
        align.stage("align"),
        judge.stage("quality"),
        embed.stage("embed"),
        decide.stage("decision on 3 embeddings"),
    ];
    Ok(FaceReport {
        runs: RUNS,
        photographs_px: pictures.iter().map(|picture| (picture.width(), picture.height())).collect(),
        chip_portrait_px: CHIP_PORTRAIT,
        stages: stages.into_iter().collect::<Result<_, _>>()?,
        frame: frame.stage("one live frame")?,
        match_of_three_frames: whole.stage("portrait and 3 live frames, decided")?,
        score,
    })
}

fn decide(mut embeddings: Vec<Embedding>) -> Result<Samples, BenchError> {
    let portrait = embeddings.pop().ok_or(BenchError::Unexpected("no embedding was made"))?;
    embeddings.truncate(3);
    let mut samples = Samples::default();
    for _ in 0..RUNS {
        let (decided, spent) = timed(|| -> Result<u32, EngineError> {
            let mut matches = 0;
            for _ in 0..DECISIONS_A_RUN {
                let mean = Embedding::mean(std::hint::black_box(&embeddings)).ok_or(EngineError::ZeroEmbedding)??;
                let score = mean.cosine(&portrait);
                matches += u32::from(std::hint::black_box(score) >= MatchPolicy::default().threshold());
            }
            Ok(matches)
        });
        decided?;
        samples.add(Spent { wall: spent.wall / DECISIONS_A_RUN, cpu: spent.cpu / DECISIONS_A_RUN });
    }
    Ok(samples)
}

/// As the kiosk does it: another photograph of the same person is before the camera.
fn match_of_three_frames(
    watched: &mut Watched,
    photographs: &Photographs,
    chip_portrait: &[u8],
) -> Result<(Samples, f32), BenchError> {
    let live = photographs.live()?;
    let mut samples = Samples::default();
    let mut score = 0.0;
    let hash = PortraitHash::of_file(chip_portrait);
    for _ in 0..RUNS {
        let (proof, spent, models) = watched.timed(|engine| match_live(engine, chip_portrait, hash, &live));
        score = proof?.score();
        samples.add_with(spent, models);
    }
    Ok((samples, score))
}

/// The proof that the right person is before the camera, for a visit with this chip.
pub fn matched(
    watched: &mut Watched,
    photographs: &Photographs,
    chip_portrait: &[u8],
    hash: PortraitHash,
) -> Result<FaceMatch, BenchError> {
    match_live(&mut watched.engine, chip_portrait, hash, &photographs.live()?)
}

/// `hash`: of the file that the portrait was taken from.
fn match_live(
    engine: &mut Engine,
    chip_portrait: &[u8],
    hash: PortraitHash,
    live: &[Picture],
) -> Result<FaceMatch, BenchError> {
    let mut matcher = Matcher::enrol(engine, chip_portrait, hash, MatchPolicy::default())?;
    for frame in live.iter().cycle().take(3) {
        match matcher.observe(engine, frame)? {
            Observation::Hint(hint) => return Err(BenchError::Photograph(hint)),
            Observation::Counted { .. } => {}
            Observation::Decided(FaceDecision::Match(proof)) => return Ok(proof),
            Observation::Decided(FaceDecision::NoMatch { .. }) => {
                return Err(BenchError::Unexpected("two photographs of one person did not match"));
            }
        }
    }
    Err(BenchError::Unexpected("three live frames led to no decision"))
}

fn sum(a: Spent, b: Spent) -> Spent {
    Spent { wall: a.wall + b.wall, cpu: a.cpu + b.cpu }
}

#[derive(Default)]
struct Samples {
    spent: Vec<Spent>,
    models: Vec<Spent>,
}

impl Samples {
    fn add(&mut self, spent: Spent) {
        self.spent.push(spent);
    }

    fn add_with(&mut self, spent: Spent, models: Spent) {
        self.spent.push(spent);
        self.models.push(models);
    }

    fn stage(&self, name: &'static str) -> Result<Stage, BenchError> {
        let of = |times: &[Spent], part: fn(&Spent) -> Duration| Summary::of_ms(times.iter().map(part));
        let ratios =
            self.spent.iter().zip(&self.models).map(|(all, model)| all.cpu.as_secs_f64() / model.cpu.as_secs_f64());
        let (Some(cpu_ms), Some(wall_ms)) = (of(&self.spent, |s| s.cpu), of(&self.spent, |s| s.wall)) else {
            return Err(NO_RUN);
        };
        Ok(Stage { name, cpu_ms, wall_ms, model_cpu_ms: of(&self.models, |s| s.cpu), ratio: Summary::of(ratios) })
    }
}
