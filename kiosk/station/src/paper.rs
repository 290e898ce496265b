//! The session's ticket as the printer sets it.

use printer::{Fact, QrBlock, Ticket};
use session::TicketPaper;

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
