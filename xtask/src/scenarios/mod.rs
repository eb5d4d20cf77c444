//! Which scenarios are covered by tests, and which do not hold here on purpose: `cargo xtask scenarios`.
//!
//! A scenario is a number of a list: of the engine, or of the state. A test covers it that is named after it, such as
//! `engine_029_..`. Where a scenario contradicts the design, the test shows what holds instead, and its doc comment says
//! why.

use crate::numbered::{self, Found};
use anyhow::{Context as _, ensure};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;

/// The numbers of each list. Both have gaps.
const LISTS: [(&str, &[usize]); 2] = [("engine", ENGINE), ("state", STATE)];

const ENGINE: &[usize] = &[
    1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23, 25, 26, 28, 29, 31, 32, 34, 35, 37, 38, 40, 41,
    43, 44, 46, 47, 49, 50, 52, 53, 55, 56, 58, 59, 61, 62, 64, 65, 67, 68, 70, 71, 73, 74, 76, 77, 79, 80,
    82, 83, 85, 86, 88, 89, 91, 92, 94, 95, 97, 98, 100, 101, 103, 104, 106, 107, 109, 110, 112, 113, 115,
    116, 118, 119, 121, 122, 124, 125, 127, 128,
];

const STATE: &[usize] = &[
    1, 2, 4, 5, 7, 8, 10, 11, 13, 14, 16, 17, 19, 20, 22, 23, 25, 26, 28, 29, 31, 32, 34, 35, 37, 38, 40, 41,
    43, 44, 46, 47, 49, 50, 52, 53, 55, 56, 58, 59, 61, 62, 64,
];

/// With what the comment of a test begins whose scenario does not hold here.
const CONTRADICTS: &str = "Contradicts the design: ";

/// Prints which tests cover each scenario; an error when one is not covered.
pub fn scenarios(output: &mut impl Write) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace has no folder")?;
    let mut problems = Vec::new();
    for (list, numbers) in LISTS {
        let coverage = Coverage::new(list, numbers, numbered::scan(root, list)?);
        coverage.print(output)?;
        problems.extend(coverage.problems());
    }
    ensure!(problems.is_empty(), "not all scenarios are covered:\n  {}", problems.join("\n  "));
    Ok(())
}

struct Coverage {
    list: &'static str,
    tests: BTreeMap<usize, Vec<Found>>,
    problems: Vec<String>,
}

impl Coverage {
    fn new(list: &'static str, numbers: &[usize], found: Vec<Found>) -> Self {
        let mut tests: BTreeMap<usize, Vec<Found>> =
            numbers.iter().map(|number| (*number, Vec::new())).collect();
        let mut problems = Vec::new();
        for test in found {
            if let Some(problem) = &test.problem {
                problems.push(format!("{}: {} does not count: {problem}", test.file, test.name));
                continue;
            }
            for number in &test.numbers {
                match tests.get_mut(number) {
                    Some(of) => of.push(Found { numbers: vec![*number], ..test.clone() }),
                    None => {
                        problems.push(format!("{}: there is no scenario {number}: {}", test.file, test.name))
                    }
                }
            }
        }
        Coverage { list, tests, problems }
    }

    fn uncovered(&self) -> impl Iterator<Item = usize> {
        self.tests.iter().filter(|(_, tests)| tests.is_empty()).map(|(number, _)| *number)
    }

    fn print(&self, output: &mut impl Write) -> anyhow::Result<()> {
        let mut contradicting = 0;
        for (number, tests) in &self.tests {
            if tests.is_empty() {
                writeln!(output, "{:<6} {number:>3}  UNCOVERED", self.list)?;
            }
            for test in tests {
                writeln!(output, "{:<6} {number:>3}  {}  ({})", self.list, test.name, test.file)?;
            }
            let reasons = tests.iter().filter_map(|test| test.comment.split_once(CONTRADICTS));
            let reasons: Vec<&str> = reasons.map(|(_, reason)| reason).collect();
            contradicting += usize::from(!reasons.is_empty());
            for reason in reasons {
                writeln!(output, "            contradicts the design: {reason}")?;
            }
        }
        let (all, uncovered) = (self.tests.len(), self.uncovered().count());
        writeln!(
            output,
            "{all} scenarios of the {}: {} covered, {contradicting} of them by what holds instead; {uncovered} uncovered",
            self.list,
            all - uncovered
        )?;
        Ok(())
    }

    fn problems(&self) -> Vec<String> {
        let uncovered: Vec<String> = self.uncovered().map(|number| number.to_string()).collect();
        let mut problems = self.problems.clone();
        if !uncovered.is_empty() {
            problems.push(format!("no test shows these of the {}: {}", self.list, uncovered.join(", ")));
        }
        problems
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coverage(text: &str) -> Coverage {
        Coverage::new("engine", &[1, 2, 4], numbered::tests_in(text, "a.rs", "engine").unwrap())
    }

    #[test]
    fn a_scenario_is_covered_by_a_test_of_its_number_and_a_gap_is_a_problem() {
        let two = coverage("#[test]\nfn engine_001_002_both() {}\n");
        assert_eq!(two.problems(), ["no test shows these of the engine: 4"]);
        let all =
            coverage("#[test]\nfn engine_001_002_both() {}\n#[tokio::test]\nasync fn engine_004_it() {}\n");
        assert_eq!(all.problems(), Vec::<String>::new());
    }

    #[test]
    fn a_number_that_there_is_not_and_a_function_that_is_no_test_are_problems() {
        let found = coverage("#[test]\nfn engine_003_gap() {}\nfn engine_001_helper() {}\n");
        assert_eq!(
            found.problems(),
            [
                "a.rs: there is no scenario 3: engine_003_gap",
                "a.rs: engine_001_helper does not count: it has no #[test]",
                "no test shows these of the engine: 1, 2, 4",
            ]
        );
    }

    #[test]
    fn the_report_gives_the_reason_of_what_contradicts_the_design() {
        let text = "/// Contradicts the design: components have no state\n/// of their own.\n#[test]\nfn engine_001_x() {}\n";
        let mut report = Vec::new();
        coverage(text).print(&mut report).unwrap();
        let report = String::from_utf8(report).unwrap();
        assert!(
            report.contains("contradicts the design: components have no state of their own."),
            "{report}"
        );
        assert!(
            report.ends_with(
                "3 scenarios of the engine: 1 covered, 1 of them by what holds instead; 2 uncovered\n"
            ),
            "{report}"
        );
    }
}
