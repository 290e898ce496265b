//! How values that are more than text stand in the file.

pub mod facility {
    use identity::FacilityCode;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(code: &FacilityCode, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(code.as_str())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<FacilityCode, D::Error> {
        FacilityCode::parse(&String::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

pub mod facilities {
    use identity::FacilityCode;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub fn serialize<S: Serializer>(codes: &[FacilityCode], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(codes.iter().map(FacilityCode::as_str))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<FacilityCode>, D::Error> {
        let codes = Vec::<String>::deserialize(deserializer)?;
        codes.iter().map(|code| FacilityCode::parse(code).map_err(D::Error::custom)).collect()
    }
}

pub mod days {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use time::Date;
    use time::macros::format_description;

    pub fn serialize<S: Serializer>(days: &[Date], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(days.iter().map(ToString::to_string))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Date>, D::Error> {
        let days = Vec::<String>::deserialize(deserializer)?;
        let parse = |day: &String| Date::parse(day, format_description!("[year]-[month]-[day]"));
        days.iter().map(|day| parse(day).map_err(|_| D::Error::custom("a day is written YYYY-MM-DD"))).collect()
    }
}

pub mod hour_minute {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use time::Time;
    use time::macros::format_description;

    pub fn serialize<S: Serializer>(time: &Time, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:02}:{:02}", time.hour(), time.minute()))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Time, D::Error> {
        let text = String::deserialize(deserializer)?;
        Time::parse(&text, format_description!("[hour]:[minute]"))
            .map_err(|_| D::Error::custom("a time of day is written HH:MM"))
    }
}
