//! One elementary file, read piece by piece (ISO/IEC 7816-4 7.2.3, ICAO Doc 9303-10 3.6.3).
//!
//! The first eight bytes tell the size; nothing is asked for behind the end, because chips answer that in many ways.
//! What a chip announces is believed only up to [`ElementaryFile::max_bytes`], and a chip that dribbles single bytes is
//! left.

use zeroize::Zeroizing;

use crate::apdu::{CommandApdu, ResponseApdu, StatusWord};
use crate::error::ReadError;
use crate::file::ElementaryFile;
use crate::tlv::{self, Header, Tlv};

/// Enough for any tag and length.
const HEADER_BYTES: usize = 8;
/// Offsets from here on need the odd instruction, which carries the offset as a data object.
const LONG_OFFSETS: usize = 0x8000;
/// Tag and length of the discretionary data object around the answer to the odd instruction.
const DISCRETIONARY_HEADER_BYTES: usize = 4;
/// An honest chip needs total/piece reads; this many more are forgiven.
const SPARE_READS: usize = 64;

/// How the file is made current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Selection {
    /// SELECT by file identifier.
    Identifier,
    /// The short identifier in the first READ BINARY: one command fewer.
    ShortIdentifier,
}

/// `send` carries a command, plain or protected; `piece_bytes` is the most plain data one answer can hold; `progress`
/// hears bytes read and bytes in all.
pub(crate) fn read_file(
    file: ElementaryFile,
    selection: Selection,
    piece_bytes: usize,
    send: &mut dyn FnMut(&CommandApdu) -> Result<ResponseApdu, ReadError>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Vec<u8>, ReadError> {
    let first = first_bytes(file, selection, send)?;
    let header = Header::parse(&first)
        .and_then(|header| header.ok_or(tlv::TlvError::Truncated))
        .map_err(|source| ReadError::FileMalformed { file, source })?;
    if header.tag != file.tag() {
        let source = tlv::TlvError::UnexpectedTag { expected: file.tag(), found: header.tag };
        return Err(ReadError::FileMalformed { file, source });
    }
    let total = header.total_bytes();
    if total > file.max_bytes() {
        return Err(ReadError::FileTooLarge { file, announced_bytes: total });
    }
    let mut content = first;
    content.truncate(total);
    // At once, so that a growing portrait leaves no copies behind.
    content.reserve_exact(total - content.len());
    let mut reads_left = total / piece_bytes.clamp(1, 64) + SPARE_READS;
    progress(content.len(), total);
    while content.len() < total {
        let wanted = piece_bytes.min(total - content.len());
        let piece = Zeroizing::new(piece_at(file, content.len(), wanted, piece_bytes, send)?);
        if piece.is_empty() || reads_left == 0 {
            return Err(ReadError::FileTruncated { file, read_bytes: content.len(), announced_bytes: total });
        }
        reads_left -= 1;
        content.extend_from_slice(&piece);
        progress(content.len(), total);
    }
    Ok(content)
}

fn first_bytes(
    file: ElementaryFile,
    selection: Selection,
    send: &mut dyn FnMut(&CommandApdu) -> Result<ResponseApdu, ReadError>,
) -> Result<Vec<u8>, ReadError> {
    if selection == Selection::ShortIdentifier {
        let read = CommandApdu::new(0x00, 0xB0, 0x80 | file.short_identifier(), 0x00).expecting(HEADER_BYTES);
        let response = send(&read)?;
        let short_identifier_unknown = matches!(
            response.status,
            StatusWord::WRONG_P1_P2 | StatusWord::FUNCTION_NOT_SUPPORTED | StatusWord::WRONG_OFFSET
        );
        if !short_identifier_unknown {
            return data(file, response, HEADER_BYTES);
        }
    }
    // No Le and no answer wanted (P2 0C): chips refuse an Le here.
    let select = CommandApdu::new(0x00, 0xA4, 0x02, 0x0C).with_data(file.identifier().to_vec());
    let response = send(&select)?;
    if !response.status.is_ok() {
        return Err(refusal(file, response.status));
    }
    data(file, send(&CommandApdu::new(0x00, 0xB0, 0x00, 0x00).expecting(HEADER_BYTES))?, HEADER_BYTES)
}

fn piece_at(
    file: ElementaryFile,
    offset: usize,
    wanted: usize,
    piece_bytes: usize,
    send: &mut dyn FnMut(&CommandApdu) -> Result<ResponseApdu, ReadError>,
) -> Result<Vec<u8>, ReadError> {
    if offset < LONG_OFFSETS {
        let [high, low] = (offset as u16).to_be_bytes();
        // A piece that starts below the limit may end above it.
        let response = send(&CommandApdu::new(0x00, 0xB0, high, low).expecting(wanted))?;
        return data(file, response, wanted);
    }
    let wanted = wanted.min(piece_bytes.saturating_sub(DISCRETIONARY_HEADER_BYTES)).max(1);
    let offset = (offset as u32).to_be_bytes();
    let significant = &offset[offset.iter().position(|byte| *byte != 0).unwrap_or(3)..];
    let header_bytes = tlv::encode(0x53, &vec![0; wanted]).len() - wanted;
    let command = CommandApdu::new(0x00, 0xB1, 0x00, 0x00)
        .with_data(tlv::encode(0x54, significant))
        .expecting(wanted + header_bytes);
    let object = data(file, send(&command)?, wanted + header_bytes)?;
    let object = Tlv::parse_only(&object, 0x53).map_err(|source| ReadError::FileMalformed { file, source })?;
    Ok(object.value.to_vec())
}

/// The data of an answer, which may end early but never late.
fn data(file: ElementaryFile, mut response: ResponseApdu, wanted: usize) -> Result<Vec<u8>, ReadError> {
    match response.status {
        StatusWord::OK | StatusWord::END_OF_FILE if response.data.len() <= wanted => {
            Ok(std::mem::take(&mut response.data))
        }
        StatusWord::OK | StatusWord::END_OF_FILE => Err(ReadError::MoreThanAsked { file }),
        status => Err(refusal(file, status)),
    }
}

fn refusal(file: ElementaryFile, status: StatusWord) -> ReadError {
    match status {
        StatusWord::FILE_NOT_FOUND => ReadError::FileMissing { file },
        StatusWord::SECURITY_STATUS | StatusWord::CONDITIONS_OF_USE => ReadError::AccessDenied { file, status },
        status => ReadError::FileRefused { file, status },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A chip with one file, asked in the open; `most` bytes an answer.
    fn read(content: &[u8], most: usize, piece_bytes: usize) -> (Result<Vec<u8>, ReadError>, usize) {
        let mut commands = 0;
        let mut send = |command: &CommandApdu| {
            commands += 1;
            let asked = command.expected_bytes.expect("READ BINARY only").min(most);
            let from = |offset: usize, bytes: usize| content[offset..(offset + bytes).min(content.len())].to_vec();
            let data = match command.header() {
                [_, 0xB0, p1, 0] if p1 & 0x80 != 0 => from(0, asked),
                [_, 0xB0, high, low] => from(usize::from(u16::from_be_bytes([high, low])), asked),
                [_, 0xB1, 0, 0] => {
                    let offset = Tlv::parse_only(&command.data, 0x54).expect("an offset").value;
                    let offset = offset.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
                    let header = if asked < 0x82 {
                        2
                    } else if asked < 0x103 {
                        3
                    } else {
                        4
                    };
                    tlv::encode(0x53, &from(offset, asked - header))
                }
                other => panic!("unexpected command {other:02X?}"),
            };
            Ok(ResponseApdu { data, status: StatusWord::OK })
        };
        let result = read_file(ElementaryFile::DG2, Selection::ShortIdentifier, piece_bytes, &mut send, &mut |_, _| {});
        (result, commands)
    }

    #[test]
    fn a_file_behind_32_kib_is_read_whole() {
        let value: Vec<u8> = (0..70_000_u32).map(|i| (i % 251) as u8).collect();
        let file = tlv::encode(0x75, &value);
        for piece in [0xDF, 1000, 40_000] {
            assert!(read(&file, 65_536, piece).0.expect("read whole") == file, "pieces of {piece}");
        }
    }

    #[test]
    fn absurd_sizes_are_not_believed() {
        let announces_16_mb = [0x75, 0x83, 0xFF, 0xFF, 0xFF, 0, 0, 0];
        let (result, commands) = read(&announces_16_mb, 256, 0xDF);
        let error = ReadError::FileTooLarge { file: ElementaryFile::DG2, announced_bytes: 0xFF_FFFF + 5 };
        assert_eq!((result, commands), (Err(error), 1));
    }

    #[test]
    fn a_file_that_ends_early_is_truncated() {
        let mut file = tlv::encode(0x75, &[0; 1000]);
        file.truncate(500);
        let truncated = ReadError::FileTruncated { file: ElementaryFile::DG2, read_bytes: 500, announced_bytes: 1004 };
        assert_eq!(read(&file, 256, 100).0, Err(truncated));
    }

    #[test]
    fn a_chip_that_dribbles_is_left() {
        let file = tlv::encode(0x75, &[0; 60_000]);
        let (result, commands) = read(&file, 8, 0xDF);
        assert!(matches!(result, Err(ReadError::FileTruncated { .. })));
        assert!(commands < 1100, "{commands} commands");
    }

    #[test]
    fn an_answer_longer_than_asked_and_a_wrong_tag_are_refused() {
        let mut send = |_: &CommandApdu| Ok(ResponseApdu { data: vec![0x75; 9], status: StatusWord::OK });
        let result = read_file(ElementaryFile::DG2, Selection::ShortIdentifier, 100, &mut send, &mut |_, _| {});
        assert_eq!(result, Err(ReadError::MoreThanAsked { file: ElementaryFile::DG2 }));
        let (result, _) = read(&tlv::encode(0x61, &[0; 20]), 256, 100);
        assert!(matches!(result, Err(ReadError::FileMalformed { file: ElementaryFile::DG2, .. })));
    }

    #[test]
    fn a_chip_without_short_identifiers_is_asked_by_identifier() {
        let file = tlv::encode(0x75, &[7; 20]);
        let mut selected = false;
        let mut send = |command: &CommandApdu| {
            let (data, status) = match command.header() {
                [0, 0xA4, 2, 0x0C] => {
                    selected = command.data == [0x01, 0x02] && command.expected_bytes.is_none();
                    (vec![], StatusWord::OK)
                }
                [0, 0xB0, 0, offset] if selected => {
                    let start = usize::from(offset);
                    (file[start..start + command.expected_bytes.expect("Le")].to_vec(), StatusWord::OK)
                }
                _ => (vec![], StatusWord::WRONG_P1_P2),
            };
            Ok(ResponseApdu { data, status })
        };
        let result = read_file(ElementaryFile::DG2, Selection::ShortIdentifier, 100, &mut send, &mut |_, _| {});
        assert_eq!(result.expect("read whole"), file);
    }
}
