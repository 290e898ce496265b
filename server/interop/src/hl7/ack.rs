//! Acknowledgements in the original mode (2.9.2): MSA, and ERR with the place of what is wrong. Enhanced mode (MSH-15,
//! MSH-16) is left out: who asks for it gets the application's acknowledgement all the same.

use time::{OffsetDateTime, UtcOffset};
use zeroize::Zeroizing;

use super::fault::{Fault, Weight};
use super::message::{Message, ParseError};
use super::write::{Header, MessageWriter, SegmentWriter};

/// MSA-1 and what belongs to it, as a sender reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acknowledgement {
    /// AA (or CA), AE, AR.
    pub verdict: Verdict,
    /// MSA-2: the control id of the message that is meant.
    pub control_id: String,
    /// MSA-3.
    pub words: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Accepted,
    Error,
    Rejected,
}

impl Acknowledgement {
    /// None where the message is no acknowledgement.
    pub fn read(message: &Message) -> Option<Self> {
        let msa = message.segment("MSA")?;
        let text = |number: usize| msa.field(number).first().component(1).text().into_owned();
        let verdict = match text(1).as_str() {
            "AA" | "CA" => Verdict::Accepted,
            "AE" | "CE" => Verdict::Error,
            "AR" | "CR" => Verdict::Rejected,
            _ => return None,
        };
        Some(Self { verdict, control_id: text(2), words: text(3) })
    }
}

/// The answer to a message. `control_id` is the answer's own (MSH-10).
pub fn acknowledge(
    message: &Message,
    outcome: Result<(), &Fault>,
    control_id: &str,
    now: OffsetDateTime,
    local: UtcOffset,
) -> Zeroizing<Vec<u8>> {
    let msh = message.header();
    let text = |number: usize| msh.field(number).first().component(1).text();
    let (their_application, their_facility, our_application, our_facility) = (text(3), text(4), text(5), text(6));
    let version = Some(message.version()).filter(|version| version.starts_with("2.")).unwrap_or("2.5".into());
    let (_, event) = message.kind();
    let header = Header {
        from: (&our_application, &our_facility),
        to: (&their_application, &their_facility),
        at: now,
        local,
        control_id,
        version: &version,
    };
    let kind: &[&str] = if version.starts_with("2.3") { &["ACK"] } else { &["ACK", &event, "ACK"] };
    let (code, words) = match outcome {
        Ok(()) => ("AA", ""),
        Err(fault) => (code(fault.weight()), fault.words.as_str()),
    };
    let msa = SegmentWriter::new("MSA").field(1, &[code]).field(2, &[&message.control_id()]).field(3, &[words]);
    let writer = MessageWriter::new(&header, kind).segment(msa);
    match outcome {
        Ok(()) => writer.finish(),
        Err(fault) => writer.segment(err(fault, &version)).finish(),
    }
}

/// The answer to bytes that are no message: whose they were is not known.
pub fn refuse_unreadable(
    error: ParseError,
    control_id: &str,
    now: OffsetDateTime,
    local: UtcOffset,
) -> Zeroizing<Vec<u8>> {
    let header = Header { from: ("", ""), to: ("", ""), at: now, local, control_id, version: "2.5" };
    MessageWriter::new(&header, &["ACK"])
        .segment(SegmentWriter::new("MSA").field(1, &["AR"]).field(3, &[&error.to_string()]))
        .finish()
}

fn code(weight: Weight) -> &'static str {
    match weight {
        Weight::Error => "AE",
        Weight::Reject => "AR",
    }
}

/// ERR-1 (ELD) up to 2.4, ERR-2 (ERL), ERR-3 (CWE), ERR-4 and ERR-8 from 2.5 on.
fn err(fault: &Fault, version: &str) -> SegmentWriter {
    let (number, words) = fault.kind.code();
    let [field, component] = [Some(fault.at.field).filter(|field| *field > 0), fault.at.component]
        .map(|number| number.map(|number| number.to_string()));
    let mut place = vec![fault.at.segment, "1"];
    place.extend(field.as_deref());
    place.extend(component.as_deref().into_iter().flat_map(|component| ["1", component]));
    let err = SegmentWriter::new("ERR");
    if version.starts_with("2.5") {
        err.field(2, &place).field(3, &[number, words, "HL70357"]).field(4, &["E"]).field(8, &[&fault.words])
    } else {
        err.field(1, &[fault.at.segment, "1", field.as_deref().unwrap_or_default(), number])
    }
}
