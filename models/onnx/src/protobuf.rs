//! The protobuf wire format as far as editing an ONNX file needs it: fields are walked, kept as the bytes they were, or
//! written anew. (protobuf.dev, "Encoding".)

/// One field: its number, its value, and both as they stood in the message.
pub(crate) struct Field<'m> {
    pub(crate) number: u64,
    pub(crate) value: Value<'m>,
    pub(crate) encoded: &'m [u8],
}

pub(crate) enum Value<'m> {
    Varint(u64),
    Bytes(&'m [u8]),
    /// I64 or I32: kept, never read.
    Fixed,
}

impl<'m> Field<'m> {
    pub(crate) fn bytes(&self) -> Option<&'m [u8]> {
        match self.value {
            Value::Bytes(bytes) => Some(bytes),
            Value::Varint(_) | Value::Fixed => None,
        }
    }

    pub(crate) fn varint(&self) -> Option<u64> {
        match self.value {
            Value::Varint(value) => Some(value),
            Value::Bytes(_) | Value::Fixed => None,
        }
    }
}

/// All fields of a message, or `None` if it is not one.
pub(crate) fn fields(message: &[u8]) -> Option<Vec<Field<'_>>> {
    let mut fields = Vec::new();
    let mut rest = message;
    while !rest.is_empty() {
        let start = rest;
        let key = varint(&mut rest)?;
        let value = match key & 7 {
            0 => Value::Varint(varint(&mut rest)?),
            1 => fixed(&mut rest, 8)?,
            2 => {
                let length = usize::try_from(varint(&mut rest)?).ok()?;
                let (bytes, after) = rest.split_at_checked(length)?;
                rest = after;
                Value::Bytes(bytes)
            }
            5 => fixed(&mut rest, 4)?,
            _ => return None, // groups, which ONNX never had
        };
        fields.push(Field { number: key >> 3, value, encoded: &start[..start.len() - rest.len()] });
    }
    Some(fields)
}

fn varint(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (&byte, after) = rest.split_first()?;
        *rest = after;
        value |= u64::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn fixed<'m>(rest: &mut &'m [u8], length: usize) -> Option<Value<'m>> {
    *rest = rest.split_at_checked(length)?.1;
    Some(Value::Fixed)
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

pub(crate) fn put_number(out: &mut Vec<u8>, field: u64, value: u64) {
    put_varint(out, field << 3);
    put_varint(out, value);
}

pub(crate) fn put_bytes(out: &mut Vec<u8>, field: u64, bytes: &[u8]) {
    put_varint(out, field << 3 | 2);
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_kept_as_it_was() {
        let mut message = Vec::new();
        put_number(&mut message, 1, 300);
        put_bytes(&mut message, 200, b"abc");
        message.extend([5 << 3 | 5, 1, 2, 3, 4]);
        let fields = fields(&message).unwrap();
        assert_eq!(fields[0].varint(), Some(300));
        assert_eq!((fields[1].number, fields[1].bytes()), (200, Some(&b"abc"[..])));
        assert!(fields[2].varint().is_none() && fields[2].bytes().is_none());
        assert_eq!(fields.iter().flat_map(|field| field.encoded).copied().collect::<Vec<u8>>(), message);
    }

    #[test]
    fn broken_messages_are_none() {
        for broken in [&[0x08][..], &[0x0A, 5, 1], &[0x0B], &[0x0D, 1, 2], &[0x08, 0xFF, 0xFF, 0xFF], &[0xFF; 12]] {
            assert!(fields(broken).is_none(), "{broken:?}");
        }
    }
}
