//! One network in ONNX Runtime.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use face::{EngineError, Model, Tensor};
use ort::environment::Environment;
use ort::ep;
use ort::session::Session;
use ort::session::builder::GraphOptimizationLevel;
use ort::value::TensorRef;
use zeroize::Zeroize;

use crate::OnnxError;

/// The runtime, loaded once in a process: a shared library cannot be loaded twice from two places.
pub(crate) struct Runtime(Environment);

static LOADED: Mutex<Option<Environment>> = Mutex::new(None);

impl Runtime {
    /// `library`: absolute path, its contents already compared.
    pub(crate) fn start(library: &Path) -> Result<Self, OnnxError> {
        let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(environment) = &*loaded {
            return Ok(Self(environment.clone()));
        }
        let builder = ort::init_from(library).map_err(OnnxError::Library)?;
        let environment = builder.with_name("tiepdon").with_telemetry(false).build().map_err(OnnxError::Start)?;
        Ok(Self(loaded.insert(environment).clone()))
    }
}

pub(crate) struct OnnxModel {
    session: Session,
    input_shape: [usize; 4],
}

impl OnnxModel {
    pub(crate) fn open(runtime: &Runtime, model: &str, bytes: &[u8]) -> Result<Self, OnnxError> {
        let session =
            session(runtime, bytes).map_err(|source| OnnxError::Session { model: model.to_owned(), source })?;
        let input_shape = input_shape(&session).ok_or_else(|| OnnxError::Input { model: model.to_owned() })?;
        Ok(Self { session, input_shape })
    }
}

impl Model for OnnxModel {
    fn input_shape(&self) -> [usize; 4] {
        self.input_shape
    }

    fn run(&mut self, input: &Tensor) -> Result<Vec<Tensor>, EngineError> {
        if input.shape() != self.input_shape {
            let shape = input.shape().to_vec();
            return Err(EngineError::TensorLength { shape, values: self.input_shape.iter().product() });
        }
        let runtime = |error: ort::Error| EngineError::Runtime(Box::new(error));
        // The tensor's own memory: the runtime makes no copy of the face here.
        let view = TensorRef::from_array_view((self.input_shape, input.values())).map_err(runtime)?;
        let mut outputs = self.session.run(ort::inputs![view]).map_err(runtime)?;
        let mut tensors = Vec::with_capacity(outputs.len());
        for mut value in outputs.values_mut() {
            let (shape, values) = value.try_extract_tensor_mut::<f32>().map_err(runtime)?;
            let shape: Vec<usize> = shape.iter().map(|&extent| usize::try_from(extent).unwrap_or(0)).collect();
            let tensor = Tensor::from_vec(&shape, values.to_vec());
            values.zeroize();
            tensors.push(tensor?);
        }
        Ok(tensors)
    }
}

fn session(runtime: &Runtime, bytes: &[u8]) -> Result<Session, ort::Error> {
    Session::builder(&runtime.0)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        // Measured: two threads are slower while anything else runs, and the kiosk draws meanwhile.
        .with_intra_threads(1)?
        .with_inter_threads(1)?
        // The arena and its plan keep the working sets of the last run, which hold the face.
        .with_execution_providers([ep::CPU::default().with_arena_allocator(false).build()])?
        .with_memory_pattern(false)?
        .commit_from_memory(bytes)
}

/// Of the first input: SFace as published lists its weights as inputs too, after the picture.
fn input_shape(session: &Session) -> Option<[usize; 4]> {
    let shape = session.inputs().first()?.dtype().tensor_shape()?;
    let extents: Vec<usize> = shape.iter().map(|&extent| usize::try_from(extent).ok()).collect::<Option<_>>()?;
    extents.try_into().ok()
}
