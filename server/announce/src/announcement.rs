//! One call: which number, where to, and nothing else about anybody.

use api::TicketNumber;

use crate::{Clip, Language, PlaceName, number};

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Announcement {
    pub ticket: TicketNumber,
    pub destination: Destination,
    pub standing: Standing,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Destination {
    Room(PlaceName),
    Counter(PlaceName),
    /// The place has a name that no clip says: the hall is sent to look at the board.
    SeeBoard,
}

/// Does the call say that it comes before others, and so why a later number goes in first?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    Ordinary,
    Priority,
}

impl Announcement {
    /// The sentence, phrase by phrase: within a phrase words follow closely, between phrases the voice breathes.
    ///
    /// Vietnamese says the number's value, English its digits as printed ("A zero two seven"), which a listener with
    /// little English compares with the paper.
    pub fn words(&self, language: Language) -> Vec<Vec<Clip>> {
        let opening = match (language, self.standing, &self.destination) {
            (Language::Vietnamese, Standing::Priority, _) => Clip::PriorityPatientNumber,
            (Language::Vietnamese, Standing::Ordinary, Destination::Counter(_)) => Clip::QueueNumber,
            (Language::Vietnamese, Standing::Ordinary, Destination::Room(_) | Destination::SeeBoard) => {
                Clip::PatientNumber
            }
            (Language::English, Standing::Priority, _) => Clip::PriorityNumber,
            (Language::English, Standing::Ordinary, _) => Clip::Number,
        };
        let way = match (language, &self.destination) {
            (Language::Vietnamese, Destination::Room(_)) => Clip::IntoRoom,
            (Language::Vietnamese, Destination::Counter(name)) if name.begins_with_a_word() => Clip::ToCounter,
            (Language::Vietnamese, Destination::Counter(_)) => Clip::ToCounterNumber,
            (Language::Vietnamese, Destination::SeeBoard) => Clip::SeeBoard,
            (Language::English, Destination::Room(_)) => Clip::PleaseRoom,
            (Language::English, Destination::Counter(_)) => Clip::PleaseCounter,
            (Language::English, Destination::SeeBoard) => Clip::PleaseSeeBoard,
        };
        let place = match &self.destination {
            Destination::Room(name) | Destination::Counter(name) => name.words(language),
            Destination::SeeBoard => Vec::new(),
        };
        vec![[vec![opening], ticket(self.ticket, language)].concat(), [vec![way], place].concat()]
    }

    /// The sentence for eyes, with number and place as they are printed.
    pub fn text(&self, language: Language) -> String {
        let opening = match (language, self.standing, &self.destination) {
            (Language::Vietnamese, Standing::Priority, _) => "Mời bệnh nhân ưu tiên số",
            (Language::Vietnamese, Standing::Ordinary, Destination::Counter(_)) => "Xin mời số thứ tự",
            (Language::Vietnamese, Standing::Ordinary, Destination::Room(_) | Destination::SeeBoard) => {
                "Mời bệnh nhân số"
            }
            (Language::English, Standing::Priority, _) => "Priority number",
            (Language::English, Standing::Ordinary, _) => "Number",
        };
        let way = match (language, &self.destination) {
            (Language::Vietnamese, Destination::Room(name)) => format!("vào phòng {}", name.as_str()),
            (Language::Vietnamese, Destination::Counter(name)) if name.begins_with_a_word() => {
                format!("đến quầy {}", name.as_str())
            }
            (Language::Vietnamese, Destination::Counter(name)) => format!("đến quầy số {}", name.as_str()),
            (Language::Vietnamese, Destination::SeeBoard) => "xin xem nơi khám trên bảng".to_owned(),
            (Language::English, Destination::Room(name)) => format!("please go to room {}", name.as_str()),
            (Language::English, Destination::Counter(name)) => format!("please go to counter {}", name.as_str()),
            (Language::English, Destination::SeeBoard) => "please see the board for the room".to_owned(),
        };
        format!("{opening} {} {way}", self.ticket)
    }
}

fn ticket(ticket: TicketNumber, language: Language) -> Vec<Clip> {
    let mut words: Vec<Clip> = Clip::letter(ticket.prefix(), language).into_iter().collect();
    match language {
        Language::Vietnamese => words.extend(number::words(ticket.number())),
        Language::English => words.extend(ticket.to_string().chars().filter_map(Clip::english_digit)),
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(ticket: &str, destination: Destination, standing: Standing) -> Announcement {
        Announcement { ticket: ticket.parse().expect("a number"), destination, standing }
    }

    fn place(name: &str) -> PlaceName {
        PlaceName::parse(name).expect("speakable")
    }

    fn heard(call: &Announcement, language: Language) -> String {
        let phrase = |words: &Vec<Clip>| words.iter().map(|clip| clip.text()).collect::<Vec<_>>().join(" ");
        call.words(language).iter().map(phrase).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_patient_is_called_into_a_room() {
        let call = call("A027", Destination::Room(place("102")), Standing::Ordinary);
        assert_eq!(heard(&call, Language::Vietnamese), "mời bệnh nhân số a hai mươi bảy, vào phòng một trăm linh hai");
        assert_eq!(heard(&call, Language::English), "number ay zero two seven, please go to room one zero two");
        assert_eq!(call.text(Language::Vietnamese), "Mời bệnh nhân số A027 vào phòng 102");
        assert_eq!(call.text(Language::English), "Number A027 please go to room 102");
    }

    #[test]
    fn priority_is_said_so_that_nobody_wonders() {
        let call = call("B105", Destination::Counter(place("3")), Standing::Priority);
        assert_eq!(heard(&call, Language::Vietnamese), "mời bệnh nhân ưu tiên số bê một trăm linh năm, đến quầy số ba");
    }

    #[test]
    fn counters_are_called_to_by_number_or_by_name() {
        let by_number = call("Q1003", Destination::Counter(place("Quầy 12")), Standing::Ordinary);
        assert_eq!(
            heard(&by_number, Language::Vietnamese),
            "xin mời số thứ tự quy một nghìn không trăm linh ba, đến quầy số mười hai"
        );
        let by_name = call("Q021", Destination::Counter(place("Thu ngân 2")), Standing::Ordinary);
        assert_eq!(heard(&by_name, Language::Vietnamese), "xin mời số thứ tự quy hai mươi mốt, đến quầy thu ngân hai");
    }

    #[test]
    fn a_place_that_no_clip_says_sends_eyes_to_the_board() {
        let call = call("A004", Destination::SeeBoard, Standing::Ordinary);
        assert_eq!(heard(&call, Language::Vietnamese), "mời bệnh nhân số a bốn, xin xem nơi khám trên bảng");
        assert_eq!(heard(&call, Language::English), "number ay zero zero four, please see the board for the room");
    }
}
