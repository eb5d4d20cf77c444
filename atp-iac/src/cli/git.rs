//! Git, as the version control of a project. The one place that starts another process.

use crate::project::{RevisionError, Revisions};
use std::path::{Component, Path, PathBuf};
use std::process::Command;

/// The `git` that is installed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Git;

impl Git {
    /// The standard output; `None` when git says no.
    fn ask(self, folder: &Path, arguments: &[&str]) -> Result<Option<String>, RevisionError> {
        let ran = Command::new("git").arg("-C").arg(folder).args(arguments).output();
        let ran = ran.map_err(|error| RevisionError {
            message: format!("git cannot be run: {error}"),
            hint: "install git, or name the stacks".to_owned(),
        })?;
        match (ran.status.success(), String::from_utf8(ran.stdout)) {
            (false, _) => Ok(None),
            (true, Ok(text)) => Ok(Some(text)),
            (true, Err(_)) => Err(RevisionError {
                message: "git gave a text or a name of a file that is not UTF-8".to_owned(),
                hint: "name the stacks".to_owned(),
            }),
        }
    }

    /// The standard output of what should succeed.
    fn expect(self, folder: &Path, arguments: &[&str]) -> Result<String, RevisionError> {
        self.ask(folder, arguments)?.ok_or_else(|| RevisionError {
            message: format!("`git {}` failed in {}", arguments.join(" "), folder.display()),
            hint: "see what git says to it, or name the stacks".to_owned(),
        })
    }

    /// The folder of the repository, named as the given one is.
    fn top(self, folder: &Path) -> Result<PathBuf, RevisionError> {
        let up = self.expect(folder, &["rev-parse", "--show-cdup"])?;
        let mut top = folder.to_owned();
        for part in Path::new(up.trim_end_matches('\n')).components() {
            if part == Component::ParentDir {
                top.pop();
            }
        }
        Ok(top)
    }
}

impl Revisions for Git {
    fn resolve(&self, folder: &Path, commit: &str) -> Result<String, RevisionError> {
        let named = format!("{commit}^{{commit}}");
        let found = self.ask(folder, &["rev-parse", "--verify", "--quiet", "--end-of-options", &named])?;
        found.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).ok_or_else(|| {
            RevisionError {
                message: format!("`{commit}` is no commit that git knows in {}", folder.display()),
                hint: "name a commit, a branch or a tag that is there; a shallow clone has to fetch it first"
                    .to_owned(),
            }
        })
    }

    fn changed(&self, folder: &Path, commit: &str) -> Result<Vec<PathBuf>, RevisionError> {
        let top = self.top(folder)?;
        // A renamed file is gone from one place and new at another.
        let differing = self.expect(folder, &["diff", "--name-only", "--no-renames", "-z", commit, "--"])?;
        let new = self.expect(
            folder,
            &["ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", ":/"],
        )?;
        let names = differing.split('\0').chain(new.split('\0')).filter(|name| !name.is_empty());
        Ok(names.map(|name| top.join(name)).collect())
    }

    fn read(&self, folder: &Path, commit: &str, file: &Path) -> Result<Option<String>, RevisionError> {
        let Some(file) = file.to_str() else { return Ok(None) };
        let listed = self.expect(folder, &["ls-tree", "-z", "--name-only", commit, "--", file])?;
        if listed.is_empty() {
            return Ok(None);
        }
        self.expect(folder, &["show", &format!("{commit}:./{file}")]).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git(folder: &Path, arguments: &[&str]) {
        let identity = ["-c", "user.name=anna", "-c", "user.email=anna@example.com"];
        let all: Vec<&str> = identity.into_iter().chain(arguments.iter().copied()).collect();
        Git.expect(folder, &all).unwrap();
    }

    #[test]
    fn files_are_compared_with_a_commit_also_from_a_folder_inside() {
        let repository = tempfile::tempdir().unwrap();
        let (top, inside) = (repository.path(), repository.path().join("inside"));
        std::fs::create_dir(&inside).unwrap();
        git(top, &["init", "--quiet"]);
        std::fs::write(inside.join("a.yaml"), "one").unwrap();
        std::fs::write(top.join("b.rs"), "b").unwrap();
        git(top, &["add", "."]);
        git(top, &["commit", "--quiet", "-m", "first"]);
        let first = Git.resolve(&inside, "HEAD").unwrap();
        assert!(Git.changed(&inside, &first).unwrap().is_empty());
        std::fs::write(inside.join("a.yaml"), "two").unwrap();
        std::fs::remove_file(top.join("b.rs")).unwrap();
        std::fs::write(top.join("new.rs"), "c").unwrap();
        let mut changed = Git.changed(&inside, &first).unwrap();
        changed.sort();
        assert_eq!(changed, [top.join("b.rs"), inside.join("a.yaml"), top.join("new.rs")]);
        assert_eq!(Git.read(&inside, &first, Path::new("a.yaml")).unwrap().as_deref(), Some("one"));
        assert_eq!(Git.read(&inside, &first, Path::new("c.yaml")).unwrap(), None);
    }

    #[test]
    fn a_commit_that_is_not_there_is_named() {
        let repository = tempfile::tempdir().unwrap();
        git(repository.path(), &["init", "--quiet"]);
        for commit in ["nowhere", "--help"] {
            let error = Git.resolve(repository.path(), commit).unwrap_err();
            assert!(error.message.starts_with(&format!("`{commit}` is no commit that git knows")), "{error}");
        }
    }
}
