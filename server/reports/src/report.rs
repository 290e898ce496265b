//! One report: the figures of a period beside those of the period before, and whose they are.

use std::collections::BTreeMap;

use api::DepartmentCode;
use certificates::Lang;
use time::OffsetDateTime;

use crate::period::{Period, day, local};
use crate::section::{Section, house, identity, people};
use crate::summary::Summary;

#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    pub hospital: Hospital,
    /// As configured today; a department that is configured no more goes by its code.
    pub departments: BTreeMap<DepartmentCode, Name>,
    pub period: Period,
    pub made_at: OffsetDateTime,
    pub now: Summary,
    pub before: Summary,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hospital {
    pub code: String,
    pub name: Name,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    pub vi: String,
    pub en: String,
}

impl Name {
    pub fn say(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

impl Report {
    /// Everything it says, in order.
    pub fn sections(&self, lang: Lang) -> Vec<Section> {
        vec![
            people::by_hour(self, lang),
            people::waiting(self, lang),
            people::groups(self, lang),
            people::service(self, lang),
            identity::assurance(self, lang),
            identity::chip(self, lang),
            identity::face(self, lang),
            identity::reasons(self, lang),
            house::certificates(self, lang),
            house::kiosks(self, lang),
            house::forecast(self, lang),
        ]
    }

    pub fn title(&self, lang: Lang) -> String {
        match lang {
            Lang::Vi => format!("Báo cáo hoạt động · {}", self.period.title(lang)),
            Lang::En => format!("Operations report · {}", self.period.title(lang)),
        }
    }

    /// When it was made, and whether the period was over by then.
    pub fn made(&self, lang: Lang) -> String {
        let at = local(self.made_at);
        let (day, time) = (day(at.date(), lang), format!("{:02}:{:02}", at.hour(), at.minute()));
        match (lang, self.is_over()) {
            (Lang::Vi, true) => format!("Lập lúc {time} ngày {day}, giờ Việt Nam"),
            (Lang::Vi, false) => format!("Kỳ chưa kết thúc: số liệu đến {time} ngày {day}, giờ Việt Nam"),
            (Lang::En, true) => format!("Made at {time} on {day}, Vietnam time"),
            (Lang::En, false) => format!("The period is not over: figures up to {time} on {day}, Vietnam time"),
        }
    }

    pub fn is_over(&self) -> bool {
        local(self.made_at).date() > self.period.last()
    }

    /// "hoat-dong-31999-2026-W48": for names of files.
    pub fn file_stem(&self) -> String {
        format!("tiep-don-{}-{}", self.hospital.code, self.period)
    }

    pub(crate) fn department(&self, code: &DepartmentCode, lang: Lang) -> String {
        self.departments.get(code).map_or_else(|| code.to_string(), |name| name.say(lang).to_owned())
    }

    /// "tuần trước"; "cả tuần trước" while this one goes on.
    pub(crate) fn before_words(&self, lang: Lang) -> String {
        let words = self.period.span().before(lang);
        match (self.is_over(), lang) {
            (true, _) => words.to_owned(),
            (false, Lang::Vi) => format!("cả {words}"),
            (false, Lang::En) => format!("all of {words}"),
        }
    }
}
