//! Which of the three papers.

use serde::{Deserialize, Serialize};

use crate::Text;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// Giấy chứng sinh (TT 22/2025/TT-BYT).
    Birth,
    /// Giấy báo tử (TT 25/2025/TT-BYT, Mẫu 05).
    Death,
    /// Giấy khám sức khỏe lái xe (TT 36/2024/TT-BYT).
    Driver,
}

impl Kind {
    pub const ALL: [Self; 3] = [Self::Birth, Self::Death, Self::Driver];

    pub fn title(self) -> Text {
        match self {
            Self::Birth => Text::new("Giấy chứng sinh", "Birth certificate"),
            Self::Death => Text::new("Giấy báo tử", "Death notice"),
            Self::Driver => Text::new("Giấy khám sức khỏe của người lái xe", "Driver's health certificate"),
        }
    }

    /// The field that holds the paper's number. The server draws it; nobody types it.
    pub fn number_field(self) -> &'static str {
        match self {
            Self::Birth => "MA_GCS",
            Self::Death => "MA_GBT",
            Self::Driver => "SO",
        }
    }

    /// `loaiHs` of guiGiayToDienTu (CV 3220 PL02); the driver service has none.
    pub fn gateway_file_kind(self) -> Option<u8> {
        match self {
            Self::Birth => Some(61),
            Self::Death => Some(60),
            Self::Driver => None,
        }
    }
}
