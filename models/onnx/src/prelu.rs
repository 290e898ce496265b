//! SFace's graph, made fast for ONNX Runtime without changing what it computes.
//!
//! The runtime vectorises neither the broadcast `PRelu` nor keeps its blocked layout across it, which costs half of the
//! network's time. With D1 a depthwise 1 x 1 convolution by -1 and D2 one by minus the slope,
//! `PRelu(x) = Relu(x) + D2(Relu(D1(x)))`, and everything stays in the blocked layout. The graph also names its weights
//! as inputs, which stops the optimiser from folding them: those entries are dropped.
//!
//! Done in memory each time the verified original is loaded (some 0.1 s), so that one file is pinned instead of two
//! and no step can be forgotten. Field numbers: `onnx.proto3`, ir_version 6.

use std::collections::{HashMap, HashSet};

use crate::protobuf::{Field, fields, put_bytes, put_number};

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RewriteError {
    #[error("the file is not an ONNX model")]
    NotOnnx,
    #[error("a PRelu has no slopes as stored 32-bit floats, one for each channel")]
    Slopes,
    #[error("a name in the graph would be taken twice")]
    NameTaken,
}

// ModelProto, GraphProto, NodeProto, AttributeProto, TensorProto, ValueInfoProto
const MODEL_GRAPH: u64 = 7;
const GRAPH_NODE: u64 = 1;
const GRAPH_INITIALIZER: u64 = 5;
const GRAPH_INPUT: u64 = 11;
const NODE_INPUT: u64 = 1;
const NODE_OUTPUT: u64 = 2;
const NODE_NAME: u64 = 3;
const NODE_OP_TYPE: u64 = 4;
const NODE_ATTRIBUTE: u64 = 5;
const ATTRIBUTE_NAME: u64 = 1;
const ATTRIBUTE_INT: u64 = 3;
const ATTRIBUTE_INTS: u64 = 8;
const ATTRIBUTE_TYPE: u64 = 20;
const ATTRIBUTE_TYPE_INT: u64 = 2;
const ATTRIBUTE_TYPE_INTS: u64 = 7;
const TENSOR_DIMS: u64 = 1;
const TENSOR_DATA_TYPE: u64 = 2;
const TENSOR_FLOAT_DATA: u64 = 4;
const TENSOR_NAME: u64 = 8;
const TENSOR_RAW_DATA: u64 = 9;
const DATA_TYPE_FLOAT: u64 = 1;
const VALUE_INFO_NAME: u64 = 1;

/// The same model with every `PRelu` rewritten and no weight among its inputs.
pub fn rewrite(model: &[u8]) -> Result<Vec<u8>, RewriteError> {
    let mut out = Vec::with_capacity(model.len() + (1 << 16));
    for field in fields(model).ok_or(RewriteError::NotOnnx)? {
        match (field.number, field.bytes()) {
            (MODEL_GRAPH, Some(graph)) => put_bytes(&mut out, MODEL_GRAPH, &rewrite_graph(graph)?),
            _ => out.extend_from_slice(field.encoded),
        }
    }
    Ok(out)
}

fn rewrite_graph(graph: &[u8]) -> Result<Vec<u8>, RewriteError> {
    let graph_fields = fields(graph).ok_or(RewriteError::NotOnnx)?;
    let mut initializers = HashMap::new();
    let mut taken = HashSet::new();
    for message in graph_fields.iter().filter(|field| field.number == GRAPH_INITIALIZER).filter_map(Field::bytes) {
        let tensor = fields(message).ok_or(RewriteError::NotOnnx)?;
        let name = first_bytes(&tensor, TENSOR_NAME).ok_or(RewriteError::NotOnnx)?;
        initializers.insert(name, tensor);
    }
    for message in graph_fields.iter().filter(|field| field.number == GRAPH_NODE).filter_map(Field::bytes) {
        let node = fields(message).ok_or(RewriteError::NotOnnx)?;
        taken.extend(node.iter().filter(|field| field.number == NODE_OUTPUT).filter_map(Field::bytes));
    }
    let mut out = Vec::with_capacity(graph.len() + (1 << 16));
    for field in &graph_fields {
        let message = field.bytes().unwrap_or_default();
        match field.number {
            GRAPH_NODE => {
                let node = fields(message).ok_or(RewriteError::NotOnnx)?;
                if first_bytes(&node, NODE_OP_TYPE) == Some(b"PRelu") {
                    let prelu = PRelu::parse(&node, &initializers)?;
                    if prelu.new_names().iter().any(|name| taken.contains(name.as_bytes())) {
                        return Err(RewriteError::NameTaken);
                    }
                    prelu.write_rewritten(&mut out);
                } else {
                    out.extend_from_slice(field.encoded);
                }
            }
            GRAPH_INPUT => {
                let info = fields(message).ok_or(RewriteError::NotOnnx)?;
                let name = first_bytes(&info, VALUE_INFO_NAME).ok_or(RewriteError::NotOnnx)?;
                if !initializers.contains_key(name) {
                    out.extend_from_slice(field.encoded);
                }
            }
            _ => out.extend_from_slice(field.encoded),
        }
    }
    Ok(out)
}

fn first_bytes<'m>(message: &[Field<'m>], number: u64) -> Option<&'m [u8]> {
    message.iter().find(|field| field.number == number).and_then(Field::bytes)
}

struct PRelu {
    input: String,
    output: String,
    slopes: Vec<f32>,
}

impl PRelu {
    fn parse(node: &[Field<'_>], initializers: &HashMap<&[u8], Vec<Field<'_>>>) -> Result<Self, RewriteError> {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).map_err(|_| RewriteError::NotOnnx);
        let mut inputs = node.iter().filter(|field| field.number == NODE_INPUT).filter_map(Field::bytes);
        let input = text(inputs.next().ok_or(RewriteError::NotOnnx)?)?;
        let slopes = initializers.get(inputs.next().ok_or(RewriteError::NotOnnx)?).ok_or(RewriteError::Slopes)?;
        let output = text(first_bytes(node, NODE_OUTPUT).ok_or(RewriteError::NotOnnx)?)?;
        Ok(Self { input, output, slopes: channel_values(slopes).ok_or(RewriteError::Slopes)? })
    }

    fn name(&self, part: &str) -> String {
        format!("{}/{part}", self.output)
    }

    fn new_names(&self) -> [String; 4] {
        ["positive", "flipped", "negative", "scaled"].map(|part| self.name(part))
    }

    fn write_rewritten(&self, graph: &mut Vec<u8>) {
        let [positive, flipped, negative, scaled] = self.new_names();
        let (flip, scale) = (self.name("flip"), self.name("scale"));
        let channels = self.slopes.len() as u64;
        put_bytes(graph, GRAPH_NODE, &node("Relu", &[&self.input], &positive, &[]));
        let depthwise = [
            ints_attribute("dilations", &[1, 1]),
            int_attribute("group", channels),
            ints_attribute("kernel_shape", &[1, 1]),
            ints_attribute("pads", &[0, 0, 0, 0]),
            ints_attribute("strides", &[1, 1]),
        ];
        put_bytes(graph, GRAPH_NODE, &node("Conv", &[&self.input, &flip], &flipped, &depthwise));
        put_bytes(graph, GRAPH_NODE, &node("Relu", &[&flipped], &negative, &[]));
        put_bytes(graph, GRAPH_NODE, &node("Conv", &[&negative, &scale], &scaled, &depthwise));
        put_bytes(graph, GRAPH_NODE, &node("Add", &[&positive, &scaled], &self.output, &[]));
        put_bytes(graph, GRAPH_INITIALIZER, &depthwise_weights(&flip, self.slopes.iter().map(|_| -1.0)));
        put_bytes(graph, GRAPH_INITIALIZER, &depthwise_weights(&scale, self.slopes.iter().map(|slope| -slope)));
    }
}

/// The values of a float tensor C x 1 x 1.
fn channel_values(tensor: &[Field<'_>]) -> Option<Vec<f32>> {
    let of = |number| tensor.iter().filter(move |field: &&Field<'_>| field.number == number);
    let dims: Vec<u64> = of(TENSOR_DIMS).map(Field::varint).collect::<Option<_>>()?;
    let [channels, 1, 1] = dims[..] else { return None };
    if of(TENSOR_DATA_TYPE).next()?.varint()? != DATA_TYPE_FLOAT {
        return None;
    }
    let bytes = first_bytes(tensor, TENSOR_FLOAT_DATA).or_else(|| first_bytes(tensor, TENSOR_RAW_DATA))?;
    let (values, rest) = bytes.as_chunks::<4>();
    let fits = rest.is_empty() && values.len() as u64 == channels;
    fits.then(|| values.iter().map(|value| f32::from_le_bytes(*value)).collect())
}

fn node(op_type: &str, inputs: &[&str], output: &str, attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for input in inputs {
        put_bytes(&mut out, NODE_INPUT, input.as_bytes());
    }
    put_bytes(&mut out, NODE_OUTPUT, output.as_bytes());
    put_bytes(&mut out, NODE_NAME, output.as_bytes());
    put_bytes(&mut out, NODE_OP_TYPE, op_type.as_bytes());
    for attribute in attributes {
        put_bytes(&mut out, NODE_ATTRIBUTE, attribute);
    }
    out
}

fn int_attribute(name: &str, value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    put_bytes(&mut out, ATTRIBUTE_NAME, name.as_bytes());
    put_number(&mut out, ATTRIBUTE_INT, value);
    put_number(&mut out, ATTRIBUTE_TYPE, ATTRIBUTE_TYPE_INT);
    out
}

fn ints_attribute(name: &str, values: &[u64]) -> Vec<u8> {
    let mut out = Vec::new();
    put_bytes(&mut out, ATTRIBUTE_NAME, name.as_bytes());
    for value in values {
        put_number(&mut out, ATTRIBUTE_INTS, *value);
    }
    put_number(&mut out, ATTRIBUTE_TYPE, ATTRIBUTE_TYPE_INTS);
    out
}

/// Weights of a depthwise 1 x 1 convolution: C x 1 x 1 x 1.
fn depthwise_weights(name: &str, values: impl ExactSizeIterator<Item = f32>) -> Vec<u8> {
    let mut out = Vec::new();
    for dimension in [values.len() as u64, 1, 1, 1] {
        put_number(&mut out, TENSOR_DIMS, dimension);
    }
    put_number(&mut out, TENSOR_DATA_TYPE, DATA_TYPE_FLOAT);
    put_bytes(&mut out, TENSOR_NAME, name.as_bytes());
    put_bytes(&mut out, TENSOR_RAW_DATA, &values.flat_map(f32::to_le_bytes).collect::<Vec<u8>>());
    out
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    fn slopes(dims: &[u64]) -> Vec<u8> {
        let mut tensor = Vec::new();
        for dimension in dims {
            put_number(&mut tensor, TENSOR_DIMS, *dimension);
        }
        put_number(&mut tensor, TENSOR_DATA_TYPE, DATA_TYPE_FLOAT);
        put_bytes(&mut tensor, TENSOR_FLOAT_DATA, &[0.25f32, 0.5].map(f32::to_le_bytes).concat());
        put_bytes(&mut tensor, TENSOR_NAME, b"slopes");
        tensor
    }

    fn model(slope_dims: &[u64], other_output: &str) -> Vec<u8> {
        let mut graph = Vec::new();
        put_bytes(&mut graph, GRAPH_NODE, &node("PRelu", &["x", "slopes"], "y", &[]));
        put_bytes(&mut graph, GRAPH_NODE, &node("Abs", &["y"], other_output, &[]));
        put_bytes(&mut graph, GRAPH_INITIALIZER, &slopes(slope_dims));
        for name in ["x", "slopes"] {
            let mut info = Vec::new();
            put_bytes(&mut info, VALUE_INFO_NAME, name.as_bytes());
            put_bytes(&mut graph, GRAPH_INPUT, &info);
        }
        let mut model = Vec::new();
        put_number(&mut model, 1, 6);
        put_bytes(&mut model, MODEL_GRAPH, &graph);
        model
    }

    #[test]
    fn a_prelu_becomes_five_nodes_and_weights_are_no_longer_inputs() {
        let rewritten = rewrite(&model(&[2, 1, 1], "z")).unwrap();
        let graph = first_bytes(&fields(&rewritten).unwrap(), MODEL_GRAPH).unwrap();
        let graph = fields(graph).unwrap();
        let names = |number, name| -> Vec<String> {
            let messages = graph.iter().filter(|field| field.number == number).filter_map(Field::bytes);
            messages
                .map(|message| first_bytes(&fields(message).unwrap(), name).unwrap().to_vec())
                .map(|name| String::from_utf8(name).unwrap())
                .collect()
        };
        assert_eq!(names(GRAPH_NODE, NODE_OP_TYPE), ["Relu", "Conv", "Relu", "Conv", "Add", "Abs"]);
        assert_eq!(names(GRAPH_NODE, NODE_OUTPUT)[4..], ["y", "z"]);
        assert_eq!(names(GRAPH_INITIALIZER, TENSOR_NAME), ["y/flip", "y/scale", "slopes"]);
        assert_eq!(names(GRAPH_INPUT, VALUE_INFO_NAME), ["x"]);
        let scale = graph.iter().filter(|field| field.number == GRAPH_INITIALIZER).nth(1).unwrap().bytes().unwrap();
        let weights = first_bytes(&fields(scale).unwrap(), TENSOR_RAW_DATA).unwrap();
        assert_eq!(weights, [-0.25f32, -0.5].map(f32::to_le_bytes).concat());
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        assert_eq!(rewrite(b"\x0Aabc"), Err(RewriteError::NotOnnx));
        assert_eq!(rewrite(&model(&[2], "z")), Err(RewriteError::Slopes));
        assert_eq!(rewrite(&model(&[3, 1, 1], "z")), Err(RewriteError::Slopes));
        assert_eq!(rewrite(&model(&[2, 1, 1], "y/scaled")), Err(RewriteError::NameTaken));
    }
}
