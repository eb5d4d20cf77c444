//! Between names on the wire and names in Rust.

const KEYWORDS: &[&str] = &[
    "as", "async", "await", "box", "break", "const", "continue", "crate", "do", "dyn", "else", "enum",
    "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop", "match", "mod",
    "move", "mut", "new", "override", "priv", "pub", "ref", "return", "self", "static", "struct", "super",
    "trait", "true", "try", "type", "typeof", "unsafe", "use", "virtual", "visit", "where", "while", "yield",
];

/// Words whose capitals do not start a new word.
const WHOLE: &[(&str, &str)] = &[
    ("VNet", "Vnet"),
    ("OAuth", "Oauth"),
    ("IPv", "Ipv"),
    ("IPs", "Ips"),
    ("DocumentDB", "Documentdb"),
    ("NetBios", "Netbios"),
];

fn words(name: &str) -> Vec<String> {
    let name = WHOLE.iter().fold(name.to_owned(), |name, (from, to)| name.replace(from, to));
    let letters: Vec<char> = name.chars().collect();
    let mut words: Vec<String> = Vec::new();
    let mut current = String::new();
    for (i, &letter) in letters.iter().enumerate() {
        let next_is_lower = letters.get(i + 1).is_some_and(char::is_ascii_lowercase);
        let after_lower = i > 0 && (letters[i - 1].is_ascii_lowercase() || letters[i - 1].is_ascii_digit());
        let starts = letter.is_ascii_uppercase() && (after_lower || next_is_lower);
        if (starts || !letter.is_ascii_alphanumeric()) && !current.is_empty() {
            words.push(std::mem::take(&mut current));
        }
        if letter.is_ascii_alphanumeric() {
            current.push(letter.to_ascii_lowercase());
        }
    }
    if !current.is_empty() {
        words.push(current);
    }
    words
}

/// `privateIPAddress` to `private_ip_address`; a keyword gets `_` behind it.
pub fn snake(name: &str) -> String {
    let text = words(name).join("_");
    if KEYWORDS.contains(&text.as_str()) { format!("{text}_") } else { text }
}

/// `privateIPAddress` to `PrivateIpAddress`.
pub fn pascal(name: &str) -> String {
    let capital = |word: &String| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str())
    };
    words(name).iter().filter_map(capital).collect()
}

/// The name of what is called `name` in `owner`, without saying words twice: `VirtualNetwork` and
/// `virtualNetworkPeering` to `VirtualNetworkPeering`.
pub fn nested(owner: &str, name: &str) -> String {
    let (outer, inner) = (words(owner), words(name));
    let most = outer.len().min(inner.len());
    let shared = (1..=most).rev().find(|n| outer[outer.len() - n..] == inner[..*n]).unwrap_or(0);
    // Something has to be left, so that the two do not have one name.
    let shared = if shared == inner.len() { 0 } else { shared };
    format!("{owner}{}", pascal(&inner[shared..].join("_")))
}

/// A value of an enumeration as the name of a constant.
pub fn constant(value: &str) -> String {
    let text = words(value).join("_").to_ascii_uppercase();
    match text.as_str() {
        "" if value == "*" => "ANY".into(),
        "" => "EMPTY".into(),
        text if text.starts_with(|c: char| c.is_ascii_digit()) => format!("V{text}"),
        text => text.into(),
    }
}

/// A value of an enumeration as the name of a variant.
pub fn variant(value: &str) -> String {
    match pascal(value).as_str() {
        "" => "Empty".into(),
        "Self" => "Itself".into(),
        text if text.starts_with(|c: char| c.is_ascii_digit()) => format!("V{text}"),
        text => text.into(),
    }
}

/// The name of one item of a list.
pub fn singular(name: &str) -> String {
    if let Some(stem) = name.strip_suffix("ies") {
        format!("{stem}y")
    } else if ["ss", "us", "is"].iter().any(|end| name.ends_with(end)) {
        name.to_owned()
    } else if let Some(stem) = name.strip_suffix("sses").or_else(|| name.strip_suffix("xes")) {
        format!("{stem}{}", if name.ends_with("sses") { "ss" } else { "x" })
    } else {
        name.strip_suffix('s').unwrap_or(name).to_owned()
    }
}

/// `Microsoft.KeyVault/vaults` to `key_vault`.
pub fn module(kind: &str) -> String {
    let namespace = kind.split('/').next().unwrap_or(kind);
    let prefix = "Microsoft.".len();
    let ours = namespace.get(..prefix).is_some_and(|start| start.eq_ignore_ascii_case("Microsoft."));
    snake(if ours { &namespace[prefix..] } else { namespace })
}

/// A Rust string literal; raw where that reads better.
pub fn literal(text: &str) -> String {
    let special = text.contains('\\') || text.contains('"');
    if special && !text.contains("\"#") { format!("r#\"{text}\"#") } else { format!("{text:?}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_split_at_words() {
        assert_eq!(snake("privateEndpointVNetPolicies"), "private_endpoint_vnet_policies");
        assert_eq!(snake("enableIPForwarding"), "enable_ip_forwarding");
        assert_eq!(snake("ipv4Address"), "ipv4_address");
        assert_eq!(snake("type"), "type_");
        assert_eq!(pascal("IPRule"), "IpRule");
        assert_eq!(constant("Standard_LRS"), "STANDARD_LRS");
        assert_eq!(constant("TLS1_2"), "TLS1_2");
        assert_eq!(constant("*"), "ANY");
        assert_eq!(singular("accessPolicies"), "accessPolicy");
        assert_eq!(singular("ipAddresses"), "ipAddress");
        assert_eq!(nested("VirtualNetwork", "virtualNetworkPeering"), "VirtualNetworkPeering");
        assert_eq!(nested("VaultSku", "skuName"), "VaultSkuName");
        assert_eq!(nested("Workspace", "workspace"), "WorkspaceWorkspace");
        assert_eq!(module("Microsoft.KeyVault/vaults"), "key_vault");
        assert_eq!(module("microsoft.alertsManagement/a"), "alerts_management");
    }
}
