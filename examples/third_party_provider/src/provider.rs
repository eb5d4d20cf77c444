//! The provider: what the engine asks.

use crate::File;
use async_trait::async_trait;
use atp_iac::diff::{Change, Rules, compare};
use atp_iac::provider::{
    Existing, Object, Problem, Provider, ProviderError, ProviderErrorKind, Request, Target,
};
use atp_iac::value::{Kind, Path};
use atp_iac::{Resource, Value};
use std::fs;
use std::io::{self, ErrorKind, Write as _};
use std::path::{Component, PathBuf};
use std::time::Duration;

/// Keeps files in a folder. The id of a file is its name.
#[derive(Debug, Clone)]
pub struct FolderProvider {
    folder: PathBuf,
}

impl FolderProvider {
    /// Of this folder, which has to be there when something is done.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        FolderProvider { folder: folder.into() }
    }

    /// Where a file is, by its id: never outside of the folder.
    fn place(&self, id: &str) -> Result<PathBuf, ProviderError> {
        if is_name(id) {
            Ok(self.folder.join(id))
        } else {
            Err(refused("BadName", format!("`{id}` is no name")))
        }
    }
}

/// What an update writes first ends so: no file that is managed does.
const DRAFT: &str = ".draft";

/// Whether a text is the name of a file, and leads nowhere else.
fn is_name(text: &str) -> bool {
    let mut parts = std::path::Path::new(text).components();
    let is_plain = matches!(parts.next(), Some(Component::Normal(part)) if part == text);
    is_plain && parts.next().is_none() && !text.contains('\\') && !text.ends_with(DRAFT)
}

fn text_of<'v>(inputs: &'v Value, property: &str) -> Option<&'v str> {
    inputs.get(property)?.exposed().as_str()
}

/// What the cloud says of a file. What the program called secret is secret, and so is what is computed from it.
fn outputs(id: &str, text: &str, inputs: &Value) -> Value {
    let is_secret = matches!(inputs.get("text"), Some(Value::Secret(_)));
    let mark = |value: Value| if is_secret { value.into_secret() } else { value };
    Value::from([
        ("id", id.into()),
        ("name", id.into()),
        ("text", mark(text.into())),
        ("bytes", mark((text.len() as u64).into())),
    ])
}

fn refused(code: &str, message: impl Into<String>) -> ProviderError {
    ProviderError::new(ProviderErrorKind::Refused, code, message)
}

fn failed(id: &str, error: &io::Error) -> ProviderError {
    let (kind, code) = match error.kind() {
        ErrorKind::AlreadyExists => (ProviderErrorKind::AlreadyExists, "AlreadyExists"),
        ErrorKind::PermissionDenied => (ProviderErrorKind::Unauthorized, "PermissionDenied"),
        ErrorKind::NotFound => (ProviderErrorKind::Refused, "NotFound"),
        _ => (ProviderErrorKind::Refused, "Io"),
    };
    ProviderError::new(kind, code, format!("the file `{id}`: {error}"))
}

struct FileRules;

impl Rules for FileRules {
    fn replaces(&self, pattern: &str) -> bool {
        pattern == "name"
    }
}

// The files are small and the disk is near: the calls block for less than it would take to hand them to a thread.
#[async_trait]
impl Provider for FolderProvider {
    fn name(&self) -> &str {
        File::PROVIDER
    }

    fn describe(&self) -> String {
        format!("the files of {}", self.folder.display())
    }

    async fn verify(&self) -> Result<(), ProviderError> {
        if self.folder.is_dir() {
            return Ok(());
        }
        let message = format!("{} is not a folder", self.folder.display());
        Err(refused("NoFolder", message).with_hint("make it, or name another one"))
    }

    fn check(&self, _: &str, inputs: &Value) -> Vec<Problem> {
        let problem = |property: &str, message: &str| Problem {
            path: Path::of_keys(property),
            message: message.to_owned(),
        };
        let mut problems = Vec::new();
        for property in ["name", "text"] {
            match inputs.get(property).map(Value::kind) {
                Some(Kind::String | Kind::Any) => {}
                Some(_) => problems.push(problem(property, "it is a text")),
                None => problems.push(problem(property, "it is required")),
            }
        }
        if text_of(inputs, "name").is_some_and(|name| !is_name(name)) {
            problems.push(problem("name", "it is one plain name, without `/`, and does not end in `.draft`"));
        }
        problems
    }

    fn id(&self, _: &str, inputs: &Value) -> Option<String> {
        text_of(inputs, "name").map(str::to_owned)
    }

    fn predict(&self, _: &str, inputs: &Value, _: Option<&Value>) -> Value {
        let open = |property: &str, kind| Value::unknown(kind, format!("${{{property}}}"));
        let given =
            |property: &str| inputs.get(property).cloned().unwrap_or_else(|| open(property, Kind::String));
        match (text_of(inputs, "name"), text_of(inputs, "text")) {
            (Some(name), Some(text)) => outputs(name, text, inputs),
            (_, text) => {
                let bytes = text.map_or_else(|| open("bytes", Kind::Number), |t| (t.len() as u64).into());
                let name = given("name");
                Value::from([("id", name.clone()), ("name", name), ("text", given("text")), ("bytes", bytes)])
                    .with_secrets_of(&Value::from([("bytes", given("text"))]))
            }
        }
    }

    fn diff(&self, _: &str, old: &Existing<'_>, new: &Value) -> Vec<Change> {
        compare(old.inputs, new, &FileRules)
    }

    fn drift(&self, _: &str, old: &Existing<'_>, observed: &Value) -> Vec<Change> {
        let text =
            |outputs: &Value| Value::from([("text", outputs.get("text").cloned().unwrap_or(Value::Null))]);
        compare(&text(old.outputs), &text(observed), &FileRules)
    }

    /// Killed between making the file and writing it, this leaves an empty one. The next run finds it by its name, and
    /// writes it.
    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        let id = text_of(request.inputs, "name").unwrap_or_default();
        let text = text_of(request.inputs, "text").unwrap_or_default();
        let file = fs::OpenOptions::new().write(true).create_new(true).open(self.place(id)?);
        let mut file = file.map_err(|error| failed(id, &error))?;
        let object = Object { id: id.to_owned(), outputs: outputs(id, text, request.inputs) };
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        // It is there, though not as it should be: the state is told, and the next update repairs it.
        written
            .map_err(|error| ProviderError { left: Some(Box::new(object.clone())), ..failed(id, &error) })?;
        Ok(object)
    }

    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        match fs::read_to_string(self.place(target.id)?) {
            Ok(text) => Ok(Some(outputs(target.id, &text, target.inputs))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(target.id, &error)),
        }
    }

    /// Written under another name first, so that nobody ever reads a half of it.
    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        let id = old.id;
        let text = text_of(request.inputs, "text").unwrap_or_default();
        let (place, draft) = (self.place(id)?, self.folder.join(format!("{id}{DRAFT}")));
        let written = fs::metadata(&place)
            .and_then(|_| fs::write(&draft, text))
            .and_then(|()| fs::File::open(&draft)?.sync_all())
            .and_then(|()| fs::rename(&draft, &place));
        written.map_err(|error| failed(id, &error))?;
        Ok(Object { id: id.to_owned(), outputs: outputs(id, text, request.inputs) })
    }

    fn inputs_of(&self, _: &str, id: &str, outputs: &Value) -> Option<Value> {
        Some(Value::from([("name", id.into()), ("text", outputs.get("text")?.clone())]))
    }

    async fn delete(&self, target: Target<'_>, _: Duration) -> Result<(), ProviderError> {
        match fs::remove_file(self.place(target.id)?) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(failed(target.id, &error)),
            _ => Ok(()),
        }
    }
}
