//! Priority by law, and the lanes it leads to.

use serde::{Deserialize, Serialize};

/// Grounds of priority, Luật KCB 15/2023/QH15 Đ3 k2 (from 01/01/2024).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ground {
    /// Cấp cứu. Not a place in the line: it goes first.
    Emergency,
    /// Trẻ em dưới 6 tuổi. The chip proves it.
    UnderSix,
    /// Phụ nữ có thai.
    Pregnant,
    /// Người khuyết tật đặc biệt nặng, khuyết tật nặng.
    SevereDisability,
    /// Từ đủ 75 tuổi. The chip proves it.
    SeventyFiveAndOver,
    /// Người có công với cách mạng.
    WarMerit,
}

/// What the law makes of a patient. A declared ground becomes a class when staff confirm it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    Ordinary,
    Priority(Ground),
}

/// Where a patient stands ([the rules](crate)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lane {
    Emergency,
    Favoured,
    Ordinary,
}

impl Ground {
    pub const ALL: [Self; 6] = [
        Self::Emergency,
        Self::UnderSix,
        Self::Pregnant,
        Self::SevereDisability,
        Self::SeventyFiveAndOver,
        Self::WarMerit,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Emergency => "emergency",
            Self::UnderSix => "under_six",
            Self::Pregnant => "pregnant",
            Self::SevereDisability => "severe_disability",
            Self::SeventyFiveAndOver => "seventy_five_and_over",
            Self::WarMerit => "war_merit",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|ground| ground.code() == code)
    }
}

impl From<api::PriorityGround> for Ground {
    fn from(ground: api::PriorityGround) -> Self {
        match ground {
            api::PriorityGround::UnderSix => Self::UnderSix,
            api::PriorityGround::SeventyFiveAndOver => Self::SeventyFiveAndOver,
        }
    }
}

impl From<api::DeclaredGround> for Ground {
    fn from(ground: api::DeclaredGround) -> Self {
        match ground {
            api::DeclaredGround::Pregnant => Self::Pregnant,
            api::DeclaredGround::SevereDisability => Self::SevereDisability,
            api::DeclaredGround::WarMerit => Self::WarMerit,
            api::DeclaredGround::UnderSix => Self::UnderSix,
            api::DeclaredGround::SeventyFiveAndOver => Self::SeventyFiveAndOver,
        }
    }
}

impl Class {
    /// The ground, where the law gives one.
    pub fn ground(self) -> Option<Ground> {
        match self {
            Self::Ordinary => None,
            Self::Priority(ground) => Some(ground),
        }
    }
}
