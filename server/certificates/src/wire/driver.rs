//! The driver service: the JSON body of `/api/hssk/gksk` and the `<root>` that is signed and travels inside it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, Serializer};
use time::PrimitiveDateTime;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::element_text::{Document, Layout, read as read_elements};
use super::{WireError, utf8};
use crate::driver::{BODY, ROOT, root_name};
use crate::moment::{Style, Target, write_second};
use crate::{ConclusionCodes, Content, Draft, Elements, FreeText, Kind, Numbered, field};

/// What `<root>` says about the record itself. The form of CREATEDDATE (`dd/MM/yyyy HH:mm:ss` here) and the values of
/// STATUS are not in any public source: arguments, not constants.
#[derive(Debug, Clone)]
pub struct RootStamp {
    pub uuid: Uuid,
    pub created: PrimitiveDateTime,
    pub user: FreeText<100>,
    pub status: FreeText<20>,
    pub action: State,
}

/// STATE of the body, ACTION of the root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Add,
    Edit,
}

impl State {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Add => "ADD",
            Self::Edit => "EDIT",
        }
    }
}

/// The unsigned `<root>` of one record ([`Numbered::records`]): its enveloped signature goes in as the last child.
pub fn root(paper: &Numbered, stamp: &RootStamp, codes: &ConclusionCodes) -> Result<String, WireError> {
    let elements = elements(paper, codes)?;
    let uuid = stamp.uuid.to_string();
    let created = write_second(stamp.created, Style::Slashes);
    let mut document = Document::new();
    document.open("root", &[]);
    for element in ROOT {
        let text = match element {
            "UUID" => &uuid,
            "CREATEDDATE" => &created,
            "USERCREATE" => stamp.user.as_str(),
            "STATUS" => stamp.status.as_str(),
            "ACTION" => stamp.action.as_str(),
            other => elements.get(root_name(other)),
        };
        document.text(element, text);
    }
    document.close("root");
    Ok(document.finish())
}

/// The JSON body around the signed root. Every value is a string, empty when unknown.
pub fn body(paper: &Numbered, state: State, signed_root: &[u8], codes: &ConclusionCodes) -> Result<String, WireError> {
    let mut elements = elements(paper, codes)?;
    elements.put("STATE", state.as_str());
    elements.put("SIGNDATA", STANDARD.encode(signed_root));
    serde_json::to_string(&BodyForm(&elements)).map_err(|_| WireError::NotJson)
}

fn elements(paper: &Numbered, codes: &ConclusionCodes) -> Result<Elements, WireError> {
    let Content::Driver(driver) = paper.certificate().content() else {
        return Err(WireError::OtherKind(paper.certificate().kind()));
    };
    if driver.classes.only().is_none() {
        return Err(WireError::SeveralClasses);
    }
    let mut elements = paper.elements(Target::Wire(Style::Slashes));
    elements.put("KETLUAN", codes.code(driver.outcome.verdict()));
    Ok(elements)
}

/// The draft in a `<root>`. Facility, its name and the day of examination are not in it.
pub fn read_root(xml: &[u8], codes: &ConclusionCodes) -> Result<Draft, WireError> {
    let found = read_elements(utf8(xml)?, |root| (root == "root").then_some(Layout::InRoot))?;
    let mut draft = Draft::new(Kind::Driver);
    let mut seen: Vec<&str> = Vec::with_capacity(ROOT.len());
    for element in &found.elements {
        let known = ROOT.into_iter().find(|known| *known == element.name).ok_or(WireError::UnknownElement)?;
        if seen.contains(&known) {
            return Err(WireError::Twice(known));
        }
        seen.push(known);
        put(&mut draft, root_name(known), &element.text, codes)?;
    }
    Ok(draft)
}

/// The draft in a body and the root it carries. The two must say the same: only the root is signed.
pub fn read_body(json: &[u8], codes: &ConclusionCodes) -> Result<Draft, WireError> {
    let pairs: Pairs = serde_json::from_str(utf8(json)?).map_err(|_| WireError::NotJson)?;
    let mut draft = Draft::new(Kind::Driver);
    let mut seen: Vec<&str> = Vec::with_capacity(BODY.len());
    let mut signed = None;
    for (name, text) in &pairs.0 {
        let known = BODY.into_iter().find(|known| known == name).ok_or(WireError::UnknownElement)?;
        if seen.contains(&known) {
            return Err(WireError::Twice(known));
        }
        seen.push(known);
        if known == "SIGNDATA" {
            let root = STANDARD.decode(text.as_str()).map_err(|_| WireError::SignData)?;
            signed = Some(read_root(&root, codes)?);
        } else {
            put(&mut draft, known, text, codes)?;
        }
    }
    let signed = signed.ok_or(WireError::SignData)?;
    for element in ROOT {
        let name = root_name(element);
        let Some(field) = field(Kind::Driver, name) else { continue };
        if BODY.contains(&name) && draft.get(name) != signed.get(name) {
            return Err(WireError::SignedOtherwise(field.code));
        }
        draft.set(name, signed.get(name))?;
    }
    Ok(draft)
}

/// Elements that are no fields (the stamp, STATE, MAHUYEN_THUONGTRU) are not kept.
fn put(draft: &mut Draft, name: &str, text: &str, codes: &ConclusionCodes) -> Result<(), WireError> {
    if field(Kind::Driver, name).is_some() {
        match codes.verdict(text.trim()) {
            Some(verdict) if name == "KETLUAN" => draft.set(name, verdict.as_str())?,
            Some(_) | None => draft.set(name, text)?,
        }
    }
    Ok(())
}

/// The body in the order of the contract.
struct BodyForm<'a>(&'a Elements);

impl Serialize for BodyForm<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(BODY.len()))?;
        for name in BODY {
            map.serialize_entry(name, self.0.get(name))?;
        }
        map.end()
    }
}

/// Members in their order, so that one that stands twice is seen. Strings and numbers are read, null is empty.
struct Pairs(Vec<(String, Zeroizing<String>)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = Pairs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the body of the driver service")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(name) = map.next_key::<String>()? {
                    if pairs.len() >= 2 * BODY.len() {
                        return Err(serde::de::Error::custom("too many members"));
                    }
                    let text = match map.next_value::<serde_json::Value>()? {
                        serde_json::Value::String(text) => text,
                        serde_json::Value::Number(number) => number.to_string(),
                        serde_json::Value::Null => String::new(),
                        _ => return Err(serde::de::Error::custom("a member is neither text nor number")),
                    };
                    pairs.push((name, Zeroizing::new(text)));
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(Members)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_field_travels_in_the_body_or_in_the_root() {
        for entry in crate::fields(Kind::Driver) {
            let in_root = ROOT.into_iter().any(|element| root_name(element) == entry.code);
            assert!(in_root || BODY.contains(&entry.code), "{}", entry.code);
        }
        assert!(ROOT.contains(&"NGAYTHANGNAMCAPCMD") && BODY.contains(&"NGAYTHANGNAMCAPCMND"));
    }
}
