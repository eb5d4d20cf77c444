//! The facts of the wire contract, one a line: `number | side | title`, or `number | side | title | reason`.

use anyhow::{Context as _, bail, ensure};

/// Who has to show that a fact holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The simulator.
    Server,
    /// What talks to it: the ARM client, the provider, other people's clients.
    Client,
    /// Each of them.
    Both,
}

impl Side {
    fn parse(name: &str) -> Option<Side> {
        Some(match name {
            "server" => Side::Server,
            "client" => Side::Client,
            "both" => Side::Both,
            _ => return None,
        })
    }

    /// The name in the file.
    pub fn name(self) -> &'static str {
        match self {
            Side::Server => "server",
            Side::Client => "client",
            Side::Both => "both",
        }
    }
}

/// One fact.
#[derive(Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its number, from 1.
    pub number: usize,
    /// Who has to show it.
    pub side: Side,
    /// What it is about.
    pub title: String,
    /// Why no test shows it.
    pub left_out: Option<String>,
}

/// Reads the facts, which are numbered from 1 without gaps. `name` is the file, for errors.
pub fn parse(text: &str, name: &str) -> anyhow::Result<Vec<Fact>> {
    let mut facts = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let fact = fact(line).with_context(|| format!("{name}:{}", index + 1))?;
        ensure!(
            fact.number == facts.len() + 1,
            "{name}:{}: fact {} stands where fact {} should",
            index + 1,
            fact.number,
            facts.len() + 1
        );
        facts.push(fact);
    }
    ensure!(!facts.is_empty(), "{name}: there are no facts in it");
    Ok(facts)
}

fn fact(line: &str) -> anyhow::Result<Fact> {
    let fields: Vec<&str> = line.split('|').map(str::trim).collect();
    let (number, side, title, left_out) = match fields.as_slice() {
        [number, side, title] => (number, side, title, None),
        [number, side, title, reason] => (number, side, title, Some(*reason)),
        _ => bail!("a fact is `number | side | title`, with an optional `| reason` to leave it out"),
    };
    ensure!(!title.is_empty() && left_out != Some(""), "the title and the reason must not be empty");
    Ok(Fact {
        number: number.parse().with_context(|| format!("`{number}` is no number"))?,
        side: Side::parse(side).with_context(|| format!("`{side}` is not server, client or both"))?,
        title: (*title).to_owned(),
        left_out: left_out.map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_has_a_number_a_side_a_title_and_maybe_a_reason_to_leave_it_out() {
        let facts = parse("# Section\n\n1 | server | one\n2 | both | two | too slow\n", "facts.txt").unwrap();
        assert_eq!(facts[0], Fact { number: 1, side: Side::Server, title: "one".into(), left_out: None });
        assert_eq!((facts[1].side, facts[1].left_out.as_deref()), (Side::Both, Some("too slow")));
    }

    #[test]
    fn a_line_that_is_no_fact_is_named() {
        let problem = |text: &str| format!("{:#}", parse(text, "facts.txt").unwrap_err());
        assert!(
            problem("1 | server | a\n3 | server | b").contains("facts.txt:2: fact 3 stands where fact 2")
        );
        assert!(problem("1 | nobody | a").contains("facts.txt:1: `nobody` is not server"));
        assert!(problem("x | server | a").contains("facts.txt:1: `x` is no number"));
        assert!(problem("1 | server").contains("facts.txt:1: a fact is"));
        assert!(problem("1 | server | a | ").contains("must not be empty"));
        assert!(problem("# nothing").contains("no facts"));
    }
}
