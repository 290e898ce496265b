//! The invented people of the scenarios. Nobody here exists.

/// One invented person as cards, codes and the gateway know them.
#[derive(Debug, Clone, Copy)]
pub struct Invented {
    pub number: &'static str,
    pub name: &'static str,
    /// `dd/MM/yyyy`.
    pub birth: &'static str,
    pub sex: &'static str,
    pub address: &'static str,
    /// Insurance card.
    pub card: &'static str,
}

pub const OFFICER_NUMBER: &str = "031080000099";
pub const OFFICER_NAME: &str = "Phạm Thị Trực Ban";

pub const MAU: Invented = Invented {
    number: "031085000017",
    name: "Nguyễn Văn Mẫu",
    birth: "15/01/1985",
    sex: "Nam",
    address: "Số 1 Phố Thử, Hải Phòng",
    card: "GD4310000000017",
};

pub const NGHIEM: Invented = Invented {
    number: "031192000025",
    name: "Trần Thị Thử Nghiệm",
    birth: "09/03/1992",
    sex: "Nữ",
    address: "Số 2 Phố Thử, Hải Phòng",
    card: "DN4310000000025",
};

pub const ALL: [Invented; 2] = [MAU, NGHIEM];

impl Invented {
    /// The code printed on the citizen card.
    pub fn card_qr(&self) -> String {
        let birth: String = self.birth.chars().filter(char::is_ascii_digit).collect();
        format!("{}||{}|{birth}|{}|{}|01072021", self.number, self.name, self.sex, self.address)
    }
}
