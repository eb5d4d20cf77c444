//! Random bytes as text, for names that must not be taken.

use super::PROVIDER;
use crate::kept::{KEEPERS, Kept, Ports, checked, given, map, no_randomness, out_of_bounds, read, refused};
use atp_iac::codec::{Codec, Structure};
use atp_iac::output::{Input, InputMap, IntoInput, IntoInputMap};
use atp_iac::provider::{Problem, ProviderError};
use atp_iac::resource::{Declared, HasUrn};
use atp_iac::value::{Kind, Map};
use atp_iac::{Output, Resource, ResourceType, Urn, Value};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt::Write as _;

/// The most bytes that there can be.
const MOST: u32 = 1024;

/// Random bytes as text, such as the end of a name that must be the only one in the world. It is no secret: that is a
/// [`Password`](super::Password). One that is known already can be imported by its hexadecimal digits.
#[derive(Clone, Debug, Default)]
pub struct Id {
    /// How many bytes.
    pub byte_length: Input<u32>,
    /// What makes a new one when it changes.
    pub keepers: InputMap<String>,
}

impl Id {
    /// So many bytes, each of which is two hexadecimal digits.
    pub fn new(byte_length: impl IntoInput<u32>) -> Self {
        Id { byte_length: byte_length.into_input(), ..Id::default() }
    }

    /// Makes a new one when one of these changes.
    pub fn keepers(mut self, keepers: impl IntoInputMap<String>) -> Self {
        self.keepers = keepers.into_input_map();
        self
    }
}

impl Structure for Id {
    fn visit(&mut self, codec: &mut Codec<'_>) {
        codec.property("byteLength", &mut self.byte_length);
        codec.property(KEEPERS, &mut self.keepers);
    }
}

impl ResourceType for Id {
    const TYPE: &'static str = "random:Id";
}

impl Resource for Id {
    const PROVIDER: &'static str = PROVIDER;
    type Handle = IdHandle;
    fn handle(declared: Declared) -> IdHandle {
        IdHandle { declared }
    }
}

/// A declared [`Id`].
#[derive(Clone, Debug)]
pub struct IdHandle {
    declared: Declared,
}

impl IdHandle {
    /// In hexadecimal digits, lower case.
    pub fn hex(&self) -> Output<String> {
        self.declared.output("hex")
    }

    /// In base 64 as URLs have it, which is shorter: letters, digits, `-` and `_`.
    pub fn base64_url(&self) -> Output<String> {
        self.declared.output("base64Url")
    }
}

impl HasUrn for IdHandle {
    fn urn(&self) -> &Urn {
        self.declared.urn()
    }
}

fn outputs(bytes: &[u8]) -> Map {
    let hex = bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    });
    map([("hex", hex.into()), ("base64Url", URL_SAFE_NO_PAD.encode(bytes).into())])
}

/// The bytes of an even number of hexadecimal digits.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let pairs = hex.as_bytes().chunks(2);
    let byte = |pair: &[u8]| match pair {
        [a, b] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
            u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()
        }
        _ => None,
    };
    pairs.map(byte).collect::<Option<Vec<u8>>>().filter(|bytes| !bytes.is_empty())
}

pub(super) struct Type;

impl Kept for Type {
    fn kind(&self) -> &'static str {
        Id::TYPE
    }

    fn properties(&self) -> &'static [&'static str] {
        &["byteLength", KEEPERS]
    }

    fn check(&self, inputs: &Value) -> Vec<Problem> {
        let id = match read::<Id>(inputs) {
            Ok(id) => id,
            Err(problems) => return problems,
        };
        if inputs.get("byteLength").is_none() {
            return vec![crate::kept::problem("byteLength", "it is required")];
        }
        out_of_bounds("byteLength", &id.byte_length, 1..=MOST).into_iter().collect()
    }

    fn predict(&self, _: &Value, current: Option<&Value>) -> Map {
        let known = |key: &str| {
            let known = current.and_then(|current| current.get(key)).cloned();
            known.unwrap_or_else(|| Value::unknown(Kind::String, format!("${{{key}}}")))
        };
        map([("hex", known("hex")), ("base64Url", known("base64Url"))])
    }

    fn make(&self, inputs: &Value, ports: &Ports) -> Result<(Option<String>, Map), ProviderError> {
        let id: Id = checked(inputs)?;
        let mut bytes = vec![0; given(&id.byte_length, 0).min(MOST) as usize];
        ports.random.fill(&mut bytes).map_err(no_randomness)?;
        Ok((None, outputs(&bytes)))
    }

    fn import(&self, id: &str) -> Result<Map, ProviderError> {
        let wrong = || refused("NoId", format!("`{id}` is not an even number of hexadecimal digits"));
        bytes(id).map(|bytes| outputs(&bytes)).ok_or_else(wrong)
    }
}
