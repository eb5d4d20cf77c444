//! What is wrong with a configuration.

use super::Place;
use std::fmt;

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigProblem {
    /// The file and line.
    pub place: Place,
    /// Which value, such as `foundation.soft_delete_days`; empty when it is about the file.
    pub path: String,
    /// What is wrong, and the way out. Never holds a secret.
    pub message: String,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ", self.place)?;
        if !self.path.is_empty() {
            write!(f, "{}: ", self.path)?;
        }
        f.write_str(&self.message)
    }
}

/// Everything that is wrong with a configuration, one per line.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigError {
    problems: Vec<ConfigProblem>,
}

impl ConfigError {
    /// Puts the problems in the order of the lines; the files stay in the order in which they come first.
    pub(crate) fn new(mut problems: Vec<ConfigProblem>) -> Self {
        let mut files = Vec::new();
        for problem in &problems {
            if !files.contains(&problem.place.file) {
                files.push(problem.place.file.clone());
            }
        }
        problems.sort_by_key(|problem| {
            let Place { file, line, column } = &problem.place;
            let line = if *line == 0 { usize::MAX } else { *line };
            (files.iter().position(|other| other == file), line, *column)
        });
        ConfigError { problems }
    }

    /// One by one.
    pub fn problems(&self) -> &[ConfigProblem] {
        &self.problems
    }
}

impl From<ConfigProblem> for ConfigError {
    fn from(problem: ConfigProblem) -> Self {
        ConfigError { problems: vec![problem] }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}
