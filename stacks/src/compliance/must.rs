//! What a property must be, as data.

use super::{Declaration, Problems, Stack};
use atp_iac::Value;

/// What a property of a type must be.
#[derive(Clone, Copy, Debug)]
pub struct Must {
    /// The type.
    pub kind: &'static str,
    /// The path of the property; `*` stands for each item of a list.
    pub path: &'static str,
    /// What it must be.
    pub wanted: Wanted,
}

/// What a value must be.
#[derive(Clone, Copy, Debug)]
pub enum Wanted {
    /// True.
    Yes,
    /// False.
    No,
    /// One of these texts.
    Is(&'static [&'static str]),
    /// There, and not empty.
    Given,
}

impl Must {
    /// A rule about a property.
    pub const fn new(kind: &'static str, path: &'static str, wanted: Wanted) -> Self {
        Must { kind, path, wanted }
    }
}

impl Wanted {
    fn holds(self, value: Option<&Value>) -> bool {
        match (self, value.map(Value::exposed)) {
            (Wanted::Yes, value) => value == Some(&Value::Bool(true)),
            (Wanted::No, value) => value == Some(&Value::Bool(false)),
            (Wanted::Is(words), value) => {
                let text = value.and_then(Value::as_str);
                text.is_some_and(|text| words.iter().any(|word| word.eq_ignore_ascii_case(text)))
            }
            (Wanted::Given, Some(Value::String(text))) => !text.is_empty(),
            (Wanted::Given, Some(Value::List(items))) => !items.is_empty(),
            (Wanted::Given, value) => !matches!(value, None | Some(Value::Null)),
        }
    }

    fn described(self) -> String {
        match self {
            Wanted::Yes => "true".to_owned(),
            Wanted::No => "false".to_owned(),
            Wanted::Is(words) => words.join(" or "),
            Wanted::Given => "given".to_owned(),
        }
    }
}

/// Finds the resources whose properties are not as a table says. `excepted` says which are let off.
pub(super) fn check(
    table: &[Must],
    stack: &Stack<'_>,
    excepted: impl Fn(&Declaration) -> bool,
    problems: &mut Problems<'_>,
) {
    for must in table {
        for resource in stack.of_type(must.kind).filter(|resource| !excepted(resource)) {
            if !values(resource.inputs(), must.path).into_iter().all(|value| must.wanted.holds(value)) {
                problems.add(resource, format!("`{}` must be {}", must.path, must.wanted.described()));
            }
        }
    }
}

/// The values at a path: one, which may be missing, or one for each item of the lists on the way.
pub(super) fn values<'a>(value: &'a Value, path: &str) -> Vec<Option<&'a Value>> {
    let (key, rest) = path.split_once('/').map_or((path, None), |(key, rest)| (key, Some(rest)));
    let inner: Vec<Option<&Value>> = match key {
        "*" => value.as_list().unwrap_or_default().iter().map(Some).collect(),
        key => vec![value.exposed().get(key)],
    };
    let Some(rest) = rest else { return inner };
    inner
        .into_iter()
        .flat_map(|value| match value {
            Some(value) => values(value, rest),
            // A list that is not there has no items.
            None if rest.starts_with('*') => Vec::new(),
            None => vec![None],
        })
        .collect()
}
