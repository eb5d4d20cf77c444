//! The tests that are named after numbered things: `fact_036_..` in Rust, `test_fact_036_..` in Python.

use anyhow::Context as _;
use regex_lite::Regex;
use std::path::{Path, PathBuf};

/// A test that is named after numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The numbers in its name, in their order.
    pub numbers: Vec<usize>,
    /// The name of the function.
    pub name: String,
    /// The file, relative to the workspace.
    pub file: String,
    /// The doc comment above it, as one line.
    pub comment: String,
    /// Why it does not count, if so.
    pub problem: Option<String>,
}

/// All tests below `root` that are named `<word>_<number>`, in the order of their files.
pub fn scan(root: &Path, word: &str) -> anyhow::Result<Vec<Found>> {
    let mut files = Vec::new();
    collect(root, &mut files)?;
    files.sort();
    let mut found = Vec::new();
    for file in files {
        let text =
            std::fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        let name = file.strip_prefix(root).unwrap_or(&file).display().to_string();
        found.extend(tests_in(&text, &name, word)?);
    }
    Ok(found)
}

/// The sources in which tests can stand. Generated code has none.
fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> anyhow::Result<()> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type()?.is_dir() {
            if !name.starts_with('.') && !["target", "generated", "node_modules"].contains(&name.as_str()) {
                collect(&path, files)?;
            }
        } else if name.ends_with(".rs") || (name.ends_with(".py") && folder.ends_with("tests/clients")) {
            files.push(path);
        }
    }
    Ok(())
}

/// The tests in one file.
pub fn tests_in(text: &str, file: &str, word: &str) -> anyhow::Result<Vec<Found>> {
    let is_python = file.ends_with(".py");
    let function = match is_python {
        true => format!(r"^\s*(?:async )?def (test_{word}((?:_\d{{3}})+)(?:_[a-z0-9_]*)?)\("),
        false => format!(r"^\s*(?:async )?fn ({word}((?:_\d{{3}})+)(?:_[a-z0-9_]*)?)\("),
    };
    let function = Regex::new(&function)?;
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let Some(captures) = function.captures(line) else { continue };
        let numbers = captures[2].split('_').filter(|number| !number.is_empty());
        let above = lines[..index].iter().rev().map(|line| line.trim());
        let attributes: Vec<&str> =
            above.take_while(|line| line.starts_with(['#', '@']) || line.starts_with("//")).collect();
        let comment = attributes.iter().rev().filter_map(|line| line.strip_prefix("///"));
        found.push(Found {
            numbers: numbers.map(str::parse).collect::<Result<_, _>>()?,
            name: captures[1].to_owned(),
            file: file.to_owned(),
            comment: comment.map(str::trim).collect::<Vec<_>>().join(" "),
            problem: problem(is_python, &captures[1], &attributes, word),
        });
    }
    Ok(found)
}

/// Why a function is not a test that runs, or not of all that its name says. `attributes` are the lines directly above.
fn problem(is_python: bool, name: &str, attributes: &[&str], word: &str) -> Option<String> {
    let again = format!("_{word}_");
    let name = name.trim_start_matches("test_");
    if name.split(&again).skip(1).any(|rest| rest.starts_with(|first: char| first.is_ascii_digit())) {
        return Some(format!("its numbers are not side by side, as in {word}_001_002_title"));
    }
    let has = |start: &str| attributes.iter().any(|line| line.starts_with(start));
    if has("#[ignore") || has("@unittest.skip") || has("@pytest.mark.skip") {
        return Some("it is skipped".to_owned());
    }
    let is_test = is_python || has("#[test]") || has("#[tokio::test");
    (!is_test).then(|| "it has no #[test]".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_is_found_by_the_numbers_in_its_name() {
        let text =
            "#[test]\nfn fact_012_a_name() {}\n\n    #[tokio::test]\n    async fn fact_001_002_two() {}\n";
        let found = tests_in(text, "atp-azure-sim/tests/contract/a.rs", "fact").unwrap();
        assert_eq!(found.iter().map(|test| test.numbers.clone()).collect::<Vec<_>>(), [vec![12], vec![1, 2]]);
        assert!(found.iter().all(|test| test.problem.is_none()));
        let python =
            tests_in("    def test_fact_030_codes(self):\n", "tests/clients/sdk.py", "fact").unwrap();
        assert_eq!((python[0].numbers.as_slice(), &python[0].problem), (&[30][..], &None));
    }

    #[test]
    fn a_function_that_does_not_run_as_a_test_does_not_count() {
        let text = "fn fact_001_helper() {}\n\n#[test]\n#[ignore = \"slow\"]\nfn fact_002_slow() {}\n";
        let problems: Vec<_> = tests_in(text, "a/tests/b.rs", "fact")
            .unwrap()
            .into_iter()
            .map(|test| test.problem.unwrap_or_default())
            .collect();
        assert_eq!(problems, ["it has no #[test]", "it is skipped"]);
        let apart = tests_in("#[test]\nfn fact_001_and_fact_002_two() {}\n", "b.rs", "fact").unwrap();
        assert!(
            apart[0].problem.as_ref().is_some_and(|problem| problem.contains("side by side")),
            "{apart:?}"
        );
        assert_eq!(
            tests_in("// fn fact_001_old() {}\nlet x = \"fn fact_002\";", "b.rs", "fact").unwrap(),
            []
        );
    }
}
