//! Rules for names, from facts of different quality.

use super::model::Parent;
use super::schema::Document;
use super::tables;
use regex_lite::Regex;

/// What the descriptor and the compiler know of the names of a type.
pub struct Rules {
    pub min: u64,
    pub max: u64,
    pub pattern: String,
    pub hyphens: bool,
    pub upper: bool,
    pub punctuation: bool,
    pub unique: &'static str,
    pub fixed: Option<String>,
}

/// The rules of a type: what was reviewed, else the service's own specification, else the naming module.
pub fn rules(document: &Document, parent: &Parent) -> Rules {
    let (own, sdk) = (document.fact("name"), &document.fact("nameRules")["sdk"]);
    let naming = &document.fact("nameRules")["naming"];
    let number =
        |pairs: [(&serde_json::Value, &str); 3]| pairs.iter().find_map(|(value, key)| value[*key].as_u64());
    let mut min = number([(own, "minLength"), (sdk, "minLength"), (naming, "min")]).unwrap_or(1);
    let mut max = number([(own, "maxLength"), (sdk, "maxLength"), (naming, "max")]).unwrap_or(260);
    let candidates = [&own["pattern"], &sdk["pattern"], &naming["regex"]];
    let mut pattern = candidates.iter().find_map(|text| usable(text.as_str()?, min)).unwrap_or_default();
    if let Some(reviewed) = tables::NAMES.iter().find(|reviewed| reviewed.kind == document.kind) {
        (min, max) = reviewed.length;
        reviewed.pattern.clone_into(&mut pattern);
    }
    let allows = |part: &str| probe(&pattern, min, max, part);
    Rules {
        hyphens: allows("-"),
        upper: allows("A"),
        punctuation: allows(".") || allows("_"),
        unique: match tables::HOSTS.contains(&document.kind.as_str()) {
            true => "Global",
            false if tables::SCOPED.contains(&document.kind.as_str()) => "Parent",
            false => unique(naming["uniqueness"].as_str().unwrap_or_default(), parent),
        },
        fixed: document.only_name().map(str::to_owned),
        min,
        max,
        pattern,
    }
}

/// A pattern that the regex engine can run, or nothing. Look-ahead in front only repeats the length, or forbids a
/// doubled hyphen: it is left out.
fn usable(pattern: &str, min: u64) -> Option<String> {
    let mut text = pattern.replace("\\\\", "\\");
    while let Some(start) = text.find("(?=").or_else(|| text.find("(?!")) {
        let end = text[start..].find(')')? + start;
        text.replace_range(start..=end, "");
    }
    if text.contains("(?<") || !text.starts_with('^') || !text.ends_with('$') || Regex::new(&text).is_err() {
        return None;
    }
    Some(shorter(&text, min).unwrap_or(text))
}

/// `^[x][y]+[z]$` asks for three characters, also where the shortest name has one or two.
fn shorter(pattern: &str, min: u64) -> Option<String> {
    let parts: Vec<&str> = pattern.strip_prefix("^[")?.strip_suffix("]$")?.split("][").collect();
    let [first, rest] = parts.as_slice() else { return None };
    let (middle, last) = rest.split_once("]+[")?;
    match min {
        0 | 1 => Some(format!("^[{first}]([{middle}]*[{last}])?$")),
        2 => Some(format!("^[{first}][{middle}]*[{last}]$")),
        _ => None,
    }
}

/// Whether a character may stand inside a name. Yes where nothing is known.
fn probe(pattern: &str, min: u64, max: u64, part: &str) -> bool {
    let Ok(regex) = Regex::new(pattern) else { return true };
    let length = usize::try_from(min.max(3).min(max)).unwrap_or(3);
    let plain = "a".repeat(length);
    if pattern.is_empty() || !regex.is_match(&plain) {
        return true;
    }
    let mut probed = plain;
    probed.replace_range(1..2, part);
    regex.is_match(&probed)
}

fn unique(fact: &str, parent: &Parent) -> &'static str {
    match (fact, parent) {
        ("global", _) => "Global",
        ("assignment" | "definition" | "tenant", _) => "Tenant",
        (_, Parent::Subscription) | ("subscription" | "region", _) => "Subscription",
        (_, Parent::ResourceGroup) => "ResourceGroup",
        (_, Parent::Resource(..) | Parent::Scope) => "Parent",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_of_three_parts_allows_the_shortest_name() {
        let pattern = usable("^(?=.{1,80}$)[a-zA-Z0-9][a-zA-Z0-9-._]+[a-zA-Z0-9_]$", 1).unwrap();
        let regex = Regex::new(&pattern).unwrap();
        assert!(regex.is_match("a") && regex.is_match("db") && regex.is_match("a-b.c_"));
        assert!(!regex.is_match("-a") && !regex.is_match("a-"));
    }
}
