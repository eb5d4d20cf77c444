//! Masking secrets in texts that somebody else wrote, such as the error of a cloud that repeats what it was sent.

use crate::value::{SECRET_MASK, Value};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, PoisonError};

/// What is shorter is no secret that anybody could keep, and stands in texts by chance.
const SHORTEST: usize = 4;

/// The secrets in some values, in every form in which they could stand in a text.
pub(crate) struct Masks(Vec<String>);

impl Masks {
    /// Of these values.
    pub fn of<'v>(values: impl IntoIterator<Item = &'v Value>) -> Self {
        let mut secrets = BTreeSet::new();
        values.into_iter().for_each(|value| collect(value, false, &mut secrets));
        Masks::new(&secrets)
    }

    fn new(secrets: &BTreeSet<String>) -> Self {
        let mut forms: Vec<String> = secrets.iter().flat_map(|secret| forms(secret)).collect();
        // A long form may have a short one in it.
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        forms.dedup();
        Masks(forms)
    }

    /// A text without them.
    pub fn mask(&self, text: &str) -> String {
        let mut masked = text.to_owned();
        for form in &self.0 {
            if masked.contains(form.as_str()) {
                masked = masked.replace(form.as_str(), SECRET_MASK);
            }
        }
        masked
    }
}

/// The secrets that were seen so far.
#[derive(Default)]
pub(crate) struct KnownSecrets(Mutex<Known>);

#[derive(Default)]
struct Known {
    secrets: BTreeSet<String>,
    /// What masks them, until there is another one.
    masks: Option<Arc<Masks>>,
}

impl KnownSecrets {
    /// Remembers the secrets in some values.
    pub fn learn<'v>(&self, values: impl IntoIterator<Item = &'v Value>) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = known.secrets.len();
        values.into_iter().for_each(|value| collect(value, false, &mut known.secrets));
        if known.secrets.len() > before {
            known.masks = None;
        }
    }

    /// What masks them.
    pub fn masks(&self) -> Arc<Masks> {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let Known { secrets, masks } = &mut *known;
        masks.get_or_insert_with(|| Arc::new(Masks::new(secrets))).clone()
    }
}

fn collect(value: &Value, secret: bool, found: &mut BTreeSet<String>) {
    match value {
        Value::Secret(inner) => collect(inner, true, found),
        Value::String(text) if secret && text.len() >= SHORTEST && !found.contains(text) => {
            found.insert(text.clone());
        }
        Value::Number(number) if secret && number.to_string().len() >= SHORTEST => {
            found.insert(number.to_string());
        }
        Value::List(list) => list.iter().for_each(|item| collect(item, secret, found)),
        Value::Map(map) => map.values().for_each(|item| collect(item, secret, found)),
        _ => {}
    }
}

/// In clear, escaped as in JSON and in `Debug`, in URLs, in hexadecimal digits, and in base64 wherever it begins in it.
fn forms(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap_or_default();
    let json = json.trim_matches('"');
    let hex = |upper: bool| {
        secret.bytes().fold(String::new(), |mut text, byte| {
            // Writing to a string does not fail.
            let _ = if upper { write!(text, "{byte:02X}") } else { write!(text, "{byte:02x}") };
            text
        })
    };
    let url = |space: &str, upper: bool| {
        secret.bytes().fold(String::new(), |mut text, byte| {
            let _ = match byte {
                b' ' => write!(text, "{space}"),
                b'-' | b'_' | b'.' | b'~' => write!(text, "{}", byte as char),
                byte if byte.is_ascii_alphanumeric() => write!(text, "{}", byte as char),
                byte if upper => write!(text, "%{byte:02X}"),
                byte => write!(text, "%{byte:02x}"),
            };
            text
        })
    };
    let mut forms = vec![
        secret.to_owned(),
        json.to_owned(),
        // JSON within JSON, as errors of services often are.
        serde_json::to_string(json).unwrap_or_default().trim_matches('"').to_owned(),
        format!("{secret:?}").trim_matches('"').to_owned(),
        hex(false),
        hex(true),
        url("%20", true),
        url("%20", false),
        url("+", true),
    ];
    for before in 0..3_usize {
        let bytes = [&vec![0; before][..], secret.as_bytes()].concat();
        for encoded in [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)] {
            // The characters that hold bits of the neighbours differ with these.
            let start = [0, 2, 3][before];
            let end = encoded.len() - usize::from(bytes.len() % 3 != 0);
            forms.extend(encoded.get(start..end).map(str::to_owned));
        }
    }
    forms.retain(|form| form.len() >= SHORTEST);
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_masked_in_every_form_and_nothing_else_is() {
        let secret = "p\"a/s+s w~rd";
        let value =
            Value::from([("user", Value::from("anna")), ("password", Value::from(secret).into_secret())]);
        let masks = Masks::of([&value]);
        let encoded = |before: &str| STANDARD_NO_PAD.encode(format!("{before}{secret}:x"));
        for text in [
            secret.to_owned(),
            serde_json::json!({ "body": secret }).to_string(),
            serde_json::json!(serde_json::json!({ "body": secret }).to_string()).to_string(),
            "https://x/?p=p%22a%2Fs%2Bs%20w~rd".to_owned(),
            "702261".to_owned() + "2f732b7320777e7264",
            encoded(""),
            encoded("u:"),
            encoded("user1:"),
        ] {
            let masked = masks.mask(&format!("anna sent {text}, which was refused"));
            assert!(masked.contains(SECRET_MASK) && masked.starts_with("anna sent "), "{text}: {masked}");
            assert!(!masked.contains("s+s") && !masked.contains("2f732b"), "{masked}");
        }
        assert_eq!(masks.mask("nothing"), "nothing");
        assert_eq!(Masks::of([&Value::from("on").into_secret()]).mask("on and on"), "on and on");
    }
}
