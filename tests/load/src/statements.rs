//! The statements of one visit (`visit.sql`), as each engine takes them.

use crate::place::{DEPARTMENTS, Engine};

/// `:d` counts from here: departments that the server beside does not have, so that it never reads what is written bare.
pub const FIRST_DEPARTMENT: i64 = 20;

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    Begin,
    Commit,
    /// `:name` stands for a value.
    Run(String),
    /// The same, and the answer's column of that name is a value from then on.
    Keep(String, &'static str),
}

/// The columns that are kept.
const KEPT: [&str; 2] = ["last_seq", "last_number"];

pub fn of_a_visit(engine: Engine) -> Vec<Step> {
    let bytes = |byte: &str, count: usize| match engine {
        Engine::Sqlite => format!("X'{}'", byte.repeat(count)),
        Engine::Postgres => format!("'\\x{}'", byte.repeat(count)),
    };
    let (hash, sealed) = (bytes("5A", 32), bytes("C3", 300));
    let lines = include_str!("visit.sql").lines().filter(|line| !line.starts_with("--"));
    lines
        .filter_map(|line| match line.strip_prefix("POSTGRES ") {
            Some(_) if engine == Engine::Sqlite => None,
            Some(rest) => Some(rest),
            None => Some(line),
        })
        .map(|line| {
            let line = line.replace("{hash}", &hash).replace("{sealed}", &sealed);
            match (line.as_str(), line.strip_prefix("GSET ")) {
                ("BEGIN", _) => Step::Begin,
                ("COMMIT", _) => Step::Commit,
                (_, Some(sql)) => {
                    let kept = KEPT.iter().find(|column| sql.ends_with(*column)).copied();
                    Step::Keep(sql.to_owned(), kept.unwrap_or("last_seq"))
                }
                (_, None) => Step::Run(line),
            }
        })
        .collect()
}

/// `:name` as `$1` and on, with the names in their order.
pub fn numbered(sql: &str) -> (String, Vec<String>) {
    let (mut text, mut names) = (String::new(), Vec::new());
    let mut parts = sql.split(':');
    text.push_str(parts.next().unwrap_or_default());
    for part in parts {
        let end = part.find(|c: char| !c.is_ascii_lowercase() && c != '_').unwrap_or(part.len());
        names.push(part[..end].to_owned());
        text.push_str(&format!("${}{}", names.len(), &part[end..]));
    }
    (text, names)
}

/// For `pgbench -f`.
pub fn script() -> String {
    let last = FIRST_DEPARTMENT + DEPARTMENTS as i64 - 1;
    let mut text = format!("\\set v random(100000000000, 999999999999)\n\\set d random({FIRST_DEPARTMENT}, {last})\n");
    for step in of_a_visit(Engine::Postgres) {
        match step {
            Step::Begin => text.push_str("BEGIN;\n"),
            Step::Commit => text.push_str("COMMIT;\n"),
            Step::Run(sql) => text.push_str(&format!("{sql};\n")),
            Step::Keep(sql, _) => text.push_str(&format!("{sql} \\gset\n")),
        }
    }
    text
}
