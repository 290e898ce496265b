//! DG1: the machine-readable zone (ICAO Doc 9303-10 4.7.1).

use time::Date;
use zeroize::Zeroizing;

use crate::ElementaryFile;
use crate::mrz::Mrz;

use super::{LdsError, template};

/// `today` decides the centuries of two-digit years.
pub fn parse_dg1(bytes: &[u8], today: Date) -> Result<Mrz, LdsError> {
    let file = template(ElementaryFile::DG1, bytes)?;
    let zone = file.child(0x5F1F).map_err(|source| LdsError::Malformed { file: ElementaryFile::DG1, source })?;
    let text = String::from_utf8(zone.value.to_vec()).map(Zeroizing::new).map_err(|_| LdsError::MrzNotText)?;
    Ok(Mrz::parse(&text, today)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mrz::{MrzError, MrzField};
    use crate::tlv::encode;
    use proptest::prelude::*;
    use time::macros::date;

    const TODAY: Date = date!(2026 - 11 - 23);
    const ZONE: &str = "IDVNM0850000179031085000017<<98501156M4501158VNM<<<<<<<<<<<4NGUYEN<<VAN<MAU<<<<<<<<<<<<<<<";

    fn file(zone: &str) -> Vec<u8> {
        encode(0x61, &encode(0x5F1F, zone.as_bytes()))
    }

    #[test]
    fn the_zone_of_the_citizen_card_is_read() {
        let mrz = parse_dg1(&file(ZONE), TODAY).expect("well formed");
        assert_eq!(mrz.citizen_id().expect("a citizen").as_str(), "031085000017");
    }

    #[test]
    fn a_wrong_check_digit_is_named() {
        let wrong = ZONE.replacen("8501156", "8501157", 1);
        let error = parse_dg1(&file(&wrong), TODAY).err();
        assert_eq!(error, Some(LdsError::Mrz(MrzError::CheckDigit(MrzField::Birth))));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), wrapped: bool) {
            let bytes = if wrapped { encode(0x61, &encode(0x5F1F, &bytes)) } else { bytes };
            let _ = parse_dg1(&bytes, TODAY);
        }
    }
}
