//! A state as one JSON document, and back.

use super::{Engine, EngineError};
use crate::StackName;
use crate::secrets::WrappedKeys;
use crate::state::{Content, Incoming, ResourceState, StateError, StateView, Stored, replay, unlock_secrets};
use crate::value::Value;
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};

const KIND: &str = "atp-iac export";

/// What the history calls it to put an export in the place of a state.
const IMPORT: &str = "state import";

/// An export whose secrets are sealed.
#[derive(Serialize, Deserialize)]
struct Export {
    format: String,
    version: u64,
    lineage: String,
    serial: u64,
    keys: WrappedKeys,
    state: Json,
}

impl Engine {
    /// Everything that the state of a stack says. Secrets are sealed as in the state, and such an export can be imported
    /// again; or they are in clear, and it is for people. `None` when the stack was never deployed.
    ///
    /// # Errors
    /// When the state cannot be read.
    pub async fn export(&self, name: &StackName, show_secrets: bool) -> Result<Option<Json>, EngineError> {
        let Some(stored) = self.store.read(name).await? else { return Ok(None) };
        let encoding = unlock_secrets(name, &stored.content, self.keys.as_ref()).await?;
        let view = replay(&encoding, &stored)?;
        if show_secrets {
            return Ok(Some(in_clear(&view)));
        }
        let Stored { content: Content { lineage, serial, keys, .. }, .. } = stored;
        let failed = |error: serde_json::Error| StateError::Corrupt {
            file: "the export".into(),
            what: error.to_string(),
        };
        let state = serde_json::from_slice(&encoding.write_body(&view)?).map_err(failed)?;
        let export = Export { format: KIND.into(), version: 1, lineage, serial, keys, state };
        Ok(Some(serde_json::to_value(export).map_err(failed)?))
    }

    /// What an export or a snapshot file says, to put it in the place of a state.
    ///
    /// # Errors
    /// When the bytes are neither.
    pub fn read_export(&self, file: &str, bytes: Vec<u8>, force: bool) -> Result<Incoming, EngineError> {
        let json: Option<Json> = serde_json::from_slice(&bytes).ok();
        let Some(json) = json.filter(|json| json["format"] == KIND) else {
            let incoming = Incoming::read(file, bytes, force)?;
            return Ok(Incoming { newer_only: true, operation: IMPORT, ..incoming });
        };
        let corrupt = |what: String| StateError::Corrupt { file: file.to_owned(), what };
        if json["secrets"] == "clear" {
            let message = format!(
                "{file} has secrets in clear, and is for people; import one that was exported without"
            );
            return Err(StateError::Refused(message).into());
        }
        match json["version"].as_u64() {
            Some(1) => {}
            Some(found) if found > 1 => {
                return Err(StateError::NewerFormat { file: file.to_owned(), found, supported: 1 }.into());
            }
            _ => return Err(corrupt("it does not say its version".to_owned()).into()),
        }
        let export: Export = serde_json::from_value(json).map_err(|error| corrupt(error.to_string()))?;
        let Export { lineage, serial, keys, state, .. } = export;
        let body = serde_json::to_vec(&state).map_err(|error| corrupt(error.to_string()))?;
        let content = Content { lineage, serial, keys, body };
        let name = file.to_owned();
        Ok(Incoming { name, content, force, newer_only: true, only_over: None, operation: IMPORT })
    }
}

fn clear(value: &Value) -> Json {
    value.to_json_exposed().unwrap_or_else(|_| value.to_json_masked())
}

fn in_clear(view: &StateView) -> Json {
    let resource = |one: &ResourceState| {
        json!({
            "urn": one.urn.as_str(), "type": one.kind, "provider": one.provider, "id": one.id,
            "inputs": clear(&one.inputs), "outputs": clear(&one.outputs),
            "dependencies": one.dependencies.iter().map(|urn| urn.as_str()).collect::<Vec<_>>(),
            "protected": one.lifecycle.protect, "replaced": one.replaced, "incomplete": one.incomplete,
            "tainted": one.tainted,
        })
    };
    let outputs: serde_json::Map<String, Json> =
        view.outputs().iter().map(|(name, value)| (name.clone(), clear(value))).collect();
    json!({
        "format": KIND, "version": 1, "secrets": "clear", "stack": view.stack().to_string(),
        "lineage": view.lineage(), "serial": view.serial(), "contract": view.contract(), "outputs": outputs,
        "resources": view.resources().map(resource).collect::<Vec<_>>(),
    })
}
