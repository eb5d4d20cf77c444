//! Which stacks a change of files can change.

use crate::StackName;
use crate::config::ConfigTree;
use crate::program::Program;
use crate::project::{Files, PROJECT_FILE, Project, ProjectError, RevisionError, Revisions};
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

/// What is looked at to find it out.
#[derive(Clone, Copy)]
pub struct Changes<'a> {
    /// The project as it is now.
    pub project: &'a Project,
    /// All stacks.
    pub programs: &'a [Program],
    /// The files as they are now.
    pub files: &'a dyn Files,
    /// The files as they were.
    pub revisions: &'a dyn Revisions,
}

/// To whom a file belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Owner<'a> {
    /// To these stacks alone.
    Stacks(BTreeSet<&'a str>),
    /// To all of them, as far as is known.
    All,
    /// To none: it is only read by people, or by tests.
    Nobody,
}

impl Changes<'_> {
    /// The stacks among `stacks` that may be otherwise because of what changed since a commit. Those that refer to them
    /// are not in it.
    ///
    /// A file in the folder of a program touches the stacks of that program, a configuration file those whose values it
    /// changes. Documents and tests touch none. Whatever else there is, such as components, touches all.
    ///
    /// # Errors
    /// When there is no such commit, or the files cannot be read.
    pub fn touched(&self, commit: &str, stacks: &[StackName]) -> Result<BTreeSet<StackName>, RevisionError> {
        let root = &self.project.root;
        let commit = self.revisions.resolve(root, commit)?;
        let (mut configured, mut owned) = (false, BTreeSet::new());
        let workspace = self.workspace();
        for file in self.revisions.changed(root, &commit)? {
            if file == root.join(PROJECT_FILE) || file.starts_with(root.join(&self.project.config)) {
                configured = true;
                continue;
            }
            let relative = workspace.as_deref().and_then(|workspace| file.strip_prefix(workspace).ok());
            match relative.map_or(Owner::All, |file| owner(file, self.programs)) {
                Owner::All => return Ok(stacks.iter().cloned().collect()),
                Owner::Stacks(names) => owned.extend(names),
                Owner::Nobody => {}
            }
        }
        let mut touched: BTreeSet<StackName> =
            stacks.iter().filter(|name| owned.contains(name.stack.as_str())).cloned().collect();
        if configured {
            let before = FilesAt { folder: root, commit: &commit, revisions: self.revisions };
            let old = Project::find(&before, root).ok().filter(|old| old.root == *root);
            let configured =
                stacks.iter().filter(|name| self.is_configured_anew(name, old.as_ref(), &before));
            touched.extend(configured.cloned());
        }
        Ok(touched)
    }

    /// Whether the configuration of a stack says something else now. What could not be read then is something else.
    fn is_configured_anew(&self, stack: &StackName, old: Option<&Project>, before: &FilesAt<'_>) -> bool {
        let Some(old) = old else { return true };
        let environment = |project: &Project| project.environment(&stack.environment).ok().cloned();
        let same_place = old.name == self.project.name
            && old.cloud == self.project.cloud
            && old.backend == self.project.backend
            && environment(old) == environment(self.project);
        let known: Vec<&str> = self.programs.iter().map(|program| program.name).collect();
        let load = |project: &Project, files: &dyn Files| -> Result<ConfigTree, ProjectError> {
            let StackName { environment, region, stack } = stack;
            project.load_config(files, environment, region, stack, &known)
        };
        !same_place
            || match (load(old, before), load(self.project, self.files)) {
                (Ok(before), Ok(now)) => !now.says_the_same(&before),
                _ => true,
            }
    }

    /// The folder that the programs' sources are named from: the one at or above the project that has them.
    fn workspace(&self) -> Option<PathBuf> {
        let has_sources = |folder: &&Path| {
            let there =
                |program: &Program| matches!(self.files.read(&folder.join(program.source)), Ok(Some(_)));
            self.programs.iter().any(there)
        };
        self.project.root.ancestors().find(has_sources).map(Path::to_owned)
    }
}

/// To whom a file belongs, that is named as the compiler names the sources of the programs.
pub fn owner<'p>(file: &Path, programs: &'p [Program]) -> Owner<'p> {
    let owners: BTreeSet<&str> = programs
        .iter()
        .filter(|program| match own_folder(program, programs) {
            Some(folder) => file.starts_with(folder),
            None => file == Path::new(program.source),
        })
        .map(|program| program.name)
        .collect();
    if !owners.is_empty() {
        return Owner::Stacks(owners);
    }
    let is_document = file.extension().is_some_and(|extension| extension == "md");
    let of_nobody = |part: std::path::Component<'_>| {
        part.as_os_str().to_str().is_some_and(|part| matches!(part, "docs" | "tests"))
    };
    if is_document || file.components().any(of_nobody) { Owner::Nobody } else { Owner::All }
}

/// The folder of a program's source, where no other program is in it or below.
fn own_folder<'p>(program: &'p Program, programs: &[Program]) -> Option<&'p Path> {
    let folder = Path::new(program.source).parent()?;
    let inside = |other: &&Program| Path::new(other.source).starts_with(folder);
    (programs.iter().filter(inside).count() == 1).then_some(folder)
}

/// The files as they were at a commit.
struct FilesAt<'a> {
    folder: &'a Path,
    commit: &'a str,
    revisions: &'a dyn Revisions,
}

impl Files for FilesAt<'_> {
    fn read(&self, path: &Path) -> io::Result<Option<String>> {
        let Ok(file) = path.strip_prefix(self.folder) else { return Ok(None) };
        self.revisions.read(self.folder, self.commit, file).map_err(io::Error::other)
    }
}
