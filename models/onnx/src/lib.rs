//! The face models on ONNX Runtime.
