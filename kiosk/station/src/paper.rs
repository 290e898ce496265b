//! The session's ticket as the printer sets it.

use printer::{Fact, QrBlock, Ticket};
use session::{SlipPaper, TicketPaper};

pub fn ticket(paper: TicketPaper) -> Ticket {
    let fact = |(label, value)| Fact { label, value };
    Ticket {
        hospital: paper.hospital,
        number_label: paper.number_label,
        number: paper.number.to_string(),
        department: paper.department,
        place: paper.place,
        facts: paper.facts.into_iter().map(fact).collect(),
        notes: paper.notes,
        holder: paper.holder.map(|(label, name)| Fact { label, value: name.as_str().to_owned() }),
        qr: paper.follow.map(|follow| QrBlock { payload: follow.url, caption: follow.caption }),
        footer: paper.footer,
    }
}

/// The number is the certificate's own; a slip leads to no door.
pub fn slip(slip: SlipPaper) -> Ticket {
    let fact = |(label, value)| Fact { label, value };
    // The gateway's code is longer than half a line: each on a line of its own.
    let mut facts = slip.facts.into_iter();
    let (time, code) = (facts.next(), facts.next());
    let notes = code.map(|(label, value)| format!("{label}: {value}")).into_iter().chain([slip.next]);
    Ticket {
        hospital: slip.hospital,
        number_label: slip.title,
        number: slip.number,
        department: slip.state,
        place: String::new(),
        facts: time.map(fact).into_iter().collect(),
        notes: notes.collect(),
        holder: slip.holder.map(|(label, name)| Fact { label, value: name.as_str().to_owned() }),
        qr: slip.verification.map(|code| QrBlock { payload: code.url, caption: code.caption }),
        footer: slip.footer,
    }
}
