//! Who did what: the record searched by a person. Looking is a line of the record itself.

use time::{Date, Duration, Time};
use uuid::Uuid;

use crate::app::App;
use crate::clock::{HO_CHI_MINH, unix_ms};
use crate::store::{AuditKey, AuditRow, AuditSearch, StoreError};

/// Lines on one page.
pub const PAGE_LINES: u32 = 100;
/// Lines of one file; whoever needs more asks for fewer days.
pub const MOST_LINES: usize = 50_000;

/// What was asked, in characters that are codes and ids: nothing personal can stand in the line about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    pub first: Date,
    pub last: Date,
    actor: String,
    action: String,
    about: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QuestionError {
    #[error("the first day is after the last")]
    Days,
    #[error("an actor is a login, a kiosk, or staff:, kiosk: and the like before it")]
    Actor,
    #[error("an action is a code of a-z and _")]
    Action,
    #[error("an id is a UUID")]
    About,
}

impl Question {
    pub fn parse((first, last): (Date, Date), actor: &str, action: &str, about: &str) -> Result<Self, QuestionError> {
        let (actor, action, about) = (actor.trim(), action.trim(), about.trim());
        let of_actors = |c: char| c.is_ascii_alphanumeric() || ":.- ".contains(c);
        if first > last {
            return Err(QuestionError::Days);
        }
        if actor.len() > 64 || !actor.chars().all(of_actors) {
            return Err(QuestionError::Actor);
        }
        if action.len() > 64 || !action.chars().all(|c| c.is_ascii_lowercase() || c == '_') {
            return Err(QuestionError::Action);
        }
        let about = match about {
            "" => String::new(),
            text => Uuid::parse_str(text).map_err(|_| QuestionError::About)?.to_string(),
        };
        Ok(Self { first, last, actor: actor.to_owned(), action: action.to_owned(), about })
    }

    pub fn actor(&self) -> &str {
        &self.actor
    }

    pub fn action(&self) -> &str {
        &self.action
    }

    pub fn about(&self) -> &str {
        &self.about
    }

    fn search(&self) -> AuditSearch {
        let midnight = |day: Date| unix_ms(day.with_time(Time::MIDNIGHT).assume_offset(HO_CHI_MINH));
        let named = |kind: &str| if self.actor.is_empty() { String::new() } else { format!("{kind}:{}", self.actor) };
        AuditSearch {
            from: midnight(self.first),
            to: self.last.checked_add(Duration::DAY).map_or(i64::MAX, midnight),
            actors: [self.actor.clone(), named("staff"), named("kiosk"), named("command line")],
            action: self.action.clone(),
            about: self.about.clone(),
        }
    }

    fn written(&self, way: &str) -> String {
        let part = |name: &str, text: &str| if text.is_empty() { String::new() } else { format!(" {name}={text}") };
        let (actor, action) = (part("actor", &self.actor), part("action", &self.action));
        format!("{way} {} {}{actor}{action}{}", self.first, self.last, part("about", &self.about))
    }
}

/// A page, and the key of the next where there is one.
pub async fn page(
    app: &App,
    question: &Question,
    behind: Option<&AuditKey>,
    by: &str,
) -> Result<(Vec<AuditRow>, Option<AuditKey>), StoreError> {
    let mut lines = app.store.search_audit(&question.search(), behind, PAGE_LINES + 1).await?;
    let more = lines.len() > PAGE_LINES as usize;
    lines.truncate(PAGE_LINES as usize);
    let next = lines.last().filter(|_| more).map(key);
    looked(app, &question.written("page"), by).await?;
    Ok((lines, next))
}

/// Everything, up to [`MOST_LINES`].
pub async fn all(app: &App, question: &Question, by: &str) -> Result<Vec<AuditRow>, StoreError> {
    let search = question.search();
    let mut lines: Vec<AuditRow> = Vec::new();
    while lines.len() < MOST_LINES {
        let behind = lines.last().map(key);
        let more = app.store.search_audit(&search, behind.as_ref(), 5_000).await?;
        if more.is_empty() {
            break;
        }
        lines.extend(more);
    }
    looked(app, &question.written("file"), by).await?;
    Ok(lines)
}

async fn looked(app: &App, detail: &str, by: &str) -> Result<(), StoreError> {
    let mut tx = app.store.begin().await?;
    tx.audit(by, "audit_searched", None, detail, app.now_ms()).await?;
    tx.commit().await
}

fn key(line: &AuditRow) -> AuditKey {
    AuditKey { at: line.at, id: line.id.clone() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use time::macros::date;

    use super::*;

    const DAYS: (Date, Date) = (date!(2026 - 11 - 01), date!(2026 - 11 - 23));

    #[test]
    fn a_question_holds_codes_and_ids_only() {
        assert!(Question::parse(DAYS, " staff:quan.tri ", "kiosk_", "").is_ok());
        assert_eq!(Question::parse((DAYS.1, DAYS.0), "", "", ""), Err(QuestionError::Days));
        assert_eq!(Question::parse(DAYS, "Nguyễn Văn Mẫu", "", ""), Err(QuestionError::Actor));
        assert_eq!(Question::parse(DAYS, "", "Kiosk%", ""), Err(QuestionError::Action));
        assert_eq!(Question::parse(DAYS, "", "", "031085000017"), Err(QuestionError::About));
    }

    proptest! {
        #[test]
        fn no_question_panics(actor in ".{0,80}", action in ".{0,80}", about in ".{0,80}") {
            let _ = Question::parse(DAYS, &actor, &action, &about);
        }
    }
}
