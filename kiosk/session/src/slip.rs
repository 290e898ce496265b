//! The printed slip of one's own certificate: final words for the printer.

use api::papers::{PaperState, PaperStatus, PaperTicket, Receipt};
use time::macros::{format_description, offset};

use crate::effect::{FollowCode, MaskedName, SlipPaper};
use crate::phrase::Phrase;
use crate::screen::Language;
use crate::settings::Settings;
use crate::words::{self, Words};

pub(crate) fn slip(ticket: &PaperTicket, settings: &Settings, language: Language) -> SlipPaper {
    let words = Words::of(language);
    let PaperStatus { state, receipt } = &ticket.status;
    let say = |phrase| words::say_about(words, phrase, state, &settings.papers, language);
    SlipPaper {
        hospital: settings.hospital.in_language(language).to_owned(),
        title: words.say(words::paper_kind(ticket.kind)),
        number: ticket.number.clone().unwrap_or_else(|| words.say(Phrase::SlipNoNumber)),
        state: say(words::paper_state(state)),
        next: match state {
            PaperState::Accepted => words.say(Phrase::SlipKeep),
            PaperState::Preparing
            | PaperState::WaitingForCitizen
            | PaperState::WaitingForSignature
            | PaperState::WaitingToSend
            | PaperState::Sending
            | PaperState::OutcomeUnknown
            | PaperState::Refused { .. }
            | PaperState::Replaced { .. } => say(words::paper_next(state)),
        },
        facts: receipt.as_ref().map(|receipt| receipt_facts(receipt, words)).unwrap_or_default(),
        holder: ticket
            .holder
            .as_ref()
            .map(|name| (words.say(Phrase::PaperHolder), MaskedName(name.as_str().to_owned()))),
        verification: ticket
            .verification
            .as_ref()
            .map(|url| FollowCode { url: url.clone(), caption: words.say(Phrase::SlipVerify) }),
        footer: vec![words.say(Phrase::SlipNotTheCertificate)],
    }
}

/// The gateway's code, and the hospital's own time (Asia/Ho_Chi_Minh has had no other offset since 1975).
pub(crate) fn receipt_facts(receipt: &Receipt, words: &Words) -> Vec<(String, String)> {
    let format = format_description!("[day]/[month]/[year] [hour]:[minute]");
    let received = receipt.received_at.to_offset(offset!(+7)).format(format).unwrap_or_default();
    vec![(words.say(Phrase::FactReceivedAt), received), (words.say(Phrase::FactReceiptCode), receipt.code.clone())]
}
