//! What ails a database, as far as an administrator can do something about it.

use std::error::Error;

/// Codes: <https://sqlite.org/rescode.html>, and PostgreSQL's appendix A.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trouble {
    /// The disk is full, or does not take what is written.
    Unwritten,
    ReadOnly,
    Locked,
    CannotOpen,
    /// The file is something else, or damaged.
    NotADatabase,
    Silent,
}

impl Trouble {
    /// The first database error among an error and its causes.
    pub fn of(error: &(dyn Error + 'static)) -> Option<Self> {
        let mut cause = Some(error);
        while let Some(error) = cause {
            if let Some(error) = error.downcast_ref::<sqlx::Error>() {
                return Self::of_sql(error);
            }
            cause = error.source();
        }
        None
    }

    fn of_sql(error: &sqlx::Error) -> Option<Self> {
        match error {
            sqlx::Error::Database(error) => Self::of_code(&error.code()?),
            sqlx::Error::Io(_) | sqlx::Error::PoolTimedOut | sqlx::Error::WorkerCrashed => Some(Self::Silent),
            _ => None,
        }
    }

    /// PostgreSQL's codes have five characters; SQLite's are numbers whose low byte is the kind.
    fn of_code(code: &str) -> Option<Self> {
        if code.len() == 5 {
            return match code {
                "53100" | "58030" => Some(Self::Unwritten),
                "25006" => Some(Self::ReadOnly),
                "55P03" => Some(Self::Locked),
                "57P01" | "57P02" | "57P03" | "53300" => Some(Self::Silent),
                _ => None,
            };
        }
        match code.parse::<u32>().ok()? & 0xff {
            10 | 13 => Some(Self::Unwritten),
            8 => Some(Self::ReadOnly),
            5 | 6 => Some(Self::Locked),
            14 => Some(Self::CannotOpen),
            11 | 26 => Some(Self::NotADatabase),
            _ => None,
        }
    }

    /// What is wrong, what became of the request, what to do.
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Unwritten => {
                "the database cannot be written, its disk is full or failing: nothing was recorded; \
                 make room, and the server goes on by itself"
            }
            Self::ReadOnly => {
                "the database may not be written: nothing was recorded; \
                 give the server's account the right to write the file and its folder"
            }
            Self::Locked => "another program holds the database: nothing was recorded; the same request may come again",
            Self::CannotOpen => {
                "the database file cannot be opened: is the folder there, and may the server's account write in it?"
            }
            Self::NotADatabase => {
                "the database file is damaged or is something else: restore the newest backup (docs/operations.md)"
            }
            Self::Silent => "the database does not answer: nothing was recorded; the same request may come again",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_both_engines_lead_to_the_same_words() {
        for (code, trouble) in [
            ("13", Some(Trouble::Unwritten)),
            ("778", Some(Trouble::Unwritten)),
            ("53100", Some(Trouble::Unwritten)),
            ("1032", Some(Trouble::ReadOnly)),
            ("25006", Some(Trouble::ReadOnly)),
            ("261", Some(Trouble::Locked)),
            ("55P03", Some(Trouble::Locked)),
            ("26", Some(Trouble::NotADatabase)),
            ("2067", None),
            ("23505", None),
        ] {
            assert_eq!(Trouble::of_code(code), trouble, "{code}");
        }
    }
}
