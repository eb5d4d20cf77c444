//! Which facts of the wire contract are covered by tests: `cargo xtask contract`.

mod facts;

use crate::numbered::{self, Found};
use anyhow::{Context as _, ensure};
use facts::{Fact, Side};
use std::io::Write;
use std::path::Path;

const FACTS: &str = "atp-azure-sim/tests/contract/facts.txt";

/// Prints the coverage of each fact; an error when one is not covered.
pub fn contract(output: &mut impl Write) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace has no folder")?;
    let file = root.join(FACTS);
    let text = std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
    let coverage = Coverage { facts: facts::parse(&text, FACTS)?, found: numbered::scan(root, "fact")? };
    coverage.print(output)?;
    let problems = coverage.problems();
    ensure!(problems.is_empty(), "the contract is not covered:\n  {}", problems.join("\n  "));
    Ok(())
}

/// Whether the test is one of the simulator, and not of what talks to it.
fn is_of_server(test: &Found) -> bool {
    test.file.starts_with("atp-azure-sim/")
}

struct Coverage {
    facts: Vec<Fact>,
    found: Vec<Found>,
}

impl Coverage {
    fn tests_of(&self, fact: &Fact) -> impl Iterator<Item = &Found> {
        let number = fact.number;
        self.found.iter().filter(move |test| test.problem.is_none() && test.numbers.contains(&number))
    }

    /// The sides that no test shows.
    fn missing(&self, fact: &Fact) -> Vec<&'static str> {
        if fact.left_out.is_some() {
            return Vec::new();
        }
        let shown = |server: bool| self.tests_of(fact).any(|test| is_of_server(test) == server);
        let wanted: &[(bool, &'static str)] = match fact.side {
            Side::Server => &[(true, "server")],
            Side::Client => &[(false, "client")],
            Side::Both => &[(true, "server"), (false, "client")],
        };
        wanted.iter().filter(|(server, _)| !shown(*server)).map(|(_, name)| *name).collect()
    }

    fn print(&self, output: &mut impl Write) -> anyhow::Result<()> {
        let mut counts = [0; 3];
        for fact in &self.facts {
            let missing = self.missing(fact);
            writeln!(output, "{:>3}  {:<6}  {}", fact.number, fact.side.name(), fact.title)?;
            for test in self.tests_of(fact) {
                writeln!(output, "             {}: {}", test.file, test.name)?;
            }
            if let Some(reason) = &fact.left_out {
                writeln!(output, "             left out: {reason}")?;
            }
            if !missing.is_empty() {
                writeln!(output, "             UNCOVERED by the {}", missing.join(" and the "))?;
            }
            counts[if fact.left_out.is_some() { 1 } else { 2 * usize::from(!missing.is_empty()) }] += 1;
        }
        let [covered, left_out, uncovered] = counts;
        writeln!(
            output,
            "{} facts: {covered} covered, {left_out} left out, {uncovered} uncovered",
            self.facts.len()
        )?;
        Ok(())
    }

    /// What keeps the contract from being covered.
    fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let uncovered = self.facts.iter().filter(|fact| !self.missing(fact).is_empty());
        let uncovered: Vec<String> = uncovered.map(|fact| fact.number.to_string()).collect();
        if !uncovered.is_empty() {
            problems.push(format!("no test shows the facts {}", uncovered.join(", ")));
        }
        for fact in &self.facts {
            if fact.left_out.is_some()
                && let Some(test) = self.tests_of(fact).next()
            {
                problems.push(format!(
                    "fact {} is left out, but {}: {} shows it",
                    fact.number, test.file, test.name
                ));
            }
        }
        for test in &self.found {
            if let Some(problem) = &test.problem {
                problems.push(format!("{}: {} does not count: {problem}", test.file, test.name));
            }
            for number in test.numbers.iter().filter(|number| !(1..=self.facts.len()).contains(*number)) {
                problems
                    .push(format!("{}: {} names fact {number}, which there is not", test.file, test.name));
            }
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn test(number: usize, file: &str) -> Found {
        Found {
            numbers: vec![number],
            name: format!("fact_{number:03}"),
            file: file.into(),
            comment: String::new(),
            problem: None,
        }
    }

    fn coverage(facts: &str, found: Vec<Found>) -> Coverage {
        Coverage { facts: facts::parse(facts, "facts.txt").unwrap(), found }
    }

    const SERVER: &str = "atp-azure-sim/tests/contract/a.rs";
    const CLIENT: &str = "atp-azure/tests/arm.rs";

    #[test]
    fn a_fact_of_both_sides_needs_a_test_of_each() {
        let facts = "1 | both | one";
        assert_eq!(coverage(facts, vec![test(1, SERVER), test(1, CLIENT)]).problems(), Vec::<String>::new());
        let half = coverage(facts, vec![test(1, SERVER)]);
        assert_eq!(half.missing(&half.facts[0]), ["client"]);
        let none = coverage(facts, Vec::new());
        assert_eq!(none.missing(&none.facts[0]), ["server", "client"]);
        assert_eq!(none.problems(), ["no test shows the facts 1"]);
    }

    #[test]
    fn a_test_of_the_other_side_does_not_count() {
        let problems = coverage("1 | server | one", vec![test(1, CLIENT)]).problems();
        assert_eq!(problems, ["no test shows the facts 1"]);
    }

    #[test]
    fn what_is_left_out_needs_no_test_and_may_have_none() {
        let facts = "1 | server | one | too slow";
        assert_eq!(coverage(facts, Vec::new()).problems(), Vec::<String>::new());
        let both = coverage(facts, vec![test(1, SERVER)]).problems();
        assert_eq!(both, ["fact 1 is left out, but atp-azure-sim/tests/contract/a.rs: fact_001 shows it"]);
    }

    #[test]
    fn a_test_of_a_fact_that_there_is_not_and_one_that_does_not_run_are_named() {
        let skipped = Found { problem: Some("it is skipped".into()), ..test(1, SERVER) };
        let problems = coverage("1 | server | one", vec![test(2, SERVER), skipped]).problems();
        assert_eq!(
            problems,
            [
                "no test shows the facts 1",
                "atp-azure-sim/tests/contract/a.rs: fact_002 names fact 2, which there is not",
                "atp-azure-sim/tests/contract/a.rs: fact_001 does not count: it is skipped",
            ]
        );
    }

    #[test]
    fn the_report_names_tests_reasons_and_gaps() {
        let coverage =
            coverage("1 | server | one\n2 | client | two | slow\n3 | both | three", vec![test(1, SERVER)]);
        let mut report = Vec::new();
        coverage.print(&mut report).unwrap();
        let report = String::from_utf8(report).unwrap();
        assert!(report.contains("atp-azure-sim/tests/contract/a.rs: fact_001"), "{report}");
        assert!(report.contains("left out: slow"), "{report}");
        assert!(report.contains("UNCOVERED by the server and the client"), "{report}");
        assert!(report.ends_with("3 facts: 1 covered, 1 left out, 1 uncovered\n"), "{report}");
    }
}
