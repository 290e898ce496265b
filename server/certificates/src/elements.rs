//! Element and text pairs of one paper, on the way to the wire or back into a draft.

use std::borrow::Cow;
use std::collections::BTreeMap;

use zeroize::Zeroizing;

use crate::catalogue::CommuneCode;

/// What is known; an element that is not here is empty.
#[derive(Default)]
pub(crate) struct Elements(BTreeMap<Cow<'static, str>, Zeroizing<String>>);

impl Elements {
    pub fn put(&mut self, element: &'static str, text: impl Into<String>) {
        self.0.insert(Cow::Borrowed(element), Zeroizing::new(text.into()));
    }

    /// An element of a block that repeats: `HOTEN` in `NND` is `HOTEN_NND`.
    pub fn put_in(&mut self, element: &str, block: &str, text: impl Into<String>) {
        self.0.insert(Cow::Owned(format!("{element}_{block}")), Zeroizing::new(text.into()));
    }

    pub fn maybe(&mut self, element: &'static str, text: Option<&str>) {
        if let Some(text) = text {
            self.put(element, text);
        }
    }

    /// Province and commune.
    pub fn commune(&mut self, elements: [&'static str; 2], commune: Option<CommuneCode>) {
        if let Some(commune) = commune {
            let [province_element, commune_element] = elements;
            self.put(province_element, commune.province().as_str());
            self.put(commune_element, commune.as_str());
        }
    }

    /// Empty when nothing is known.
    pub fn get(&self, element: &str) -> &str {
        self.0.get(element).map_or("", |text| text.as_str())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(element, text)| (element.as_ref(), text.as_str()))
    }
}
