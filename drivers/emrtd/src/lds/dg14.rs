//! DG14: the security options, signed (ICAO Doc 9303-10 4.7.14).

use crate::ElementaryFile;
use crate::security_infos::SecurityInfos;

use super::{LdsError, template};

pub fn parse_dg14(bytes: &[u8]) -> Result<SecurityInfos, LdsError> {
    Ok(SecurityInfos::parse(template(ElementaryFile::DG14, bytes)?.value)?)
}
