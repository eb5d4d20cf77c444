//! IPv4 ranges, checked by the compiler where they are literals.

use crate::output::{Expression, Input, IntoInput};
use crate::value::{Data, Decoder, Kind, Value};
use std::fmt;

/// An IPv4 range in canonical form, such as `10.0.0.0/16`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Cidr {
    address: u32,
    length: u8,
}

/// A text that is not an IPv4 range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an IPv4 range: {problem}")]
pub struct CidrError {
    /// What was given.
    pub text: String,
    /// What is wrong with it.
    pub problem: &'static str,
}

impl Cidr {
    /// Reads a literal at compile time; see [`cidr!`](crate::cidr).
    #[track_caller]
    #[allow(clippy::panic, reason = "it is how a constant tells the compiler that a literal is bad")]
    pub const fn literal(text: &str) -> Self {
        match parse(text.as_bytes()) {
            Ok(cidr) => cidr,
            Err(problem) => panic!("{}", problem),
        }
    }

    /// Reads a text at run time.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, CidrError> {
        parse(text.as_bytes()).map_err(|problem| CidrError { text: text.to_owned(), problem })
    }

    const fn mask(self) -> u32 {
        if self.length == 0 { 0 } else { u32::MAX << (32 - self.length) }
    }

    /// Whether `other` lies in this range.
    pub const fn contains(self, other: Cidr) -> bool {
        other.length >= self.length && other.address & self.mask() == self.address
    }

    /// Whether the ranges share an address.
    pub const fn overlaps(self, other: Cidr) -> bool {
        self.contains(other) || other.contains(self)
    }
}

const fn parse(bytes: &[u8]) -> Result<Cidr, &'static str> {
    let (mut i, mut octet, mut digits, mut dots, mut address) = (0, 0u32, 0, 0, 0u32);
    while i < bytes.len() && bytes[i] != b'/' {
        match bytes[i] {
            digit @ b'0'..=b'9' => {
                octet = octet * 10 + (digit - b'0') as u32;
                digits += 1;
                if octet > 255 {
                    return Err("an octet is above 255");
                }
            }
            b'.' => {
                if digits == 0 || dots == 3 {
                    return Err("expected four octets, such as 10.0.0.0/16");
                }
                address = address << 8 | octet;
                octet = 0;
                digits = 0;
                dots += 1;
            }
            _ => return Err("expected digits, dots and one slash, such as 10.0.0.0/16"),
        }
        i += 1;
    }
    if dots != 3 || digits == 0 {
        return Err("expected four octets, such as 10.0.0.0/16");
    }
    address = address << 8 | octet;
    if i + 1 >= bytes.len() {
        return Err("the prefix length is missing, such as /16");
    }
    i += 1;
    let mut length = 0u32;
    while i < bytes.len() {
        if !bytes[i].is_ascii_digit() {
            return Err("the prefix length is not a number");
        }
        length = length * 10 + (bytes[i] - b'0') as u32;
        if length > 32 {
            return Err("the prefix length is above 32");
        }
        i += 1;
    }
    let cidr = Cidr { address, length: length as u8 };
    if address & !cidr.mask() != 0 {
        return Err("host bits are set (10.0.0.1/16 should be 10.0.0.0/16)");
    }
    Ok(cidr)
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [a, b, c, d] = self.address.to_be_bytes();
        write!(f, "{a}.{b}.{c}.{d}/{}", self.length)
    }
}

impl Data for Cidr {
    const KIND: Kind = Kind::String;
    fn encode(&self) -> Expression {
        Expression::Value(Value::String(self.to_string()))
    }
    fn decode(value: &Value, decoder: &mut Decoder) -> Option<Self> {
        let text = String::decode(value, decoder)?;
        Cidr::parse(&text)
            .map_err(|error| {
                decoder.mismatch("an IPv4 range", format!("`{}`: {}", error.text, error.problem))
            })
            .ok()
    }
}

#[diagnostic::do_not_recommend]
impl IntoInput<String> for Cidr {
    fn into_input(self) -> Input<String> {
        Input::Value(self.to_string())
    }
}

/// Whether no two ranges overlap.
pub const fn disjoint(ranges: &[Cidr]) -> bool {
    let mut i = 0;
    while i < ranges.len() {
        let mut j = i + 1;
        while j < ranges.len() {
            if ranges[i].overlaps(ranges[j]) {
                return false;
            }
            j += 1;
        }
        i += 1;
    }
    true
}

/// Checks, for a `const`, that the subnets lie in the network and do not overlap.
#[track_caller]
pub const fn subnets_fit(network: Cidr, subnets: &[Cidr]) {
    let mut i = 0;
    while i < subnets.len() {
        assert!(network.contains(subnets[i]), "a subnet lies outside of its virtual network");
        i += 1;
    }
    assert!(disjoint(subnets), "two subnets overlap");
}

/// An IPv4 range, checked at compile time.
///
/// Expands to a `const` item and not to a `const { .. }` block: `cargo check` evaluates the item, but not the block.
#[macro_export]
macro_rules! cidr {
    ($text:literal) => {{
        const CIDR: $crate::Cidr = $crate::Cidr::literal($text);
        CIDR
    }};
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_shown_and_compared() {
        let network = crate::cidr!("10.20.0.0/16");
        assert_eq!(network.to_string(), "10.20.0.0/16");
        assert!(network.contains(crate::cidr!("10.20.255.0/24")));
        assert!(!network.overlaps(crate::cidr!("10.21.0.0/16")));
        assert!(!disjoint(&[crate::cidr!("10.0.0.0/23"), crate::cidr!("10.0.1.0/24")]));
    }

    #[test]
    fn bad_ranges_say_what_is_wrong() {
        for (text, problem) in [
            ("10.0.0.0", "the prefix length is missing, such as /16"),
            ("10.0.0.0/33", "the prefix length is above 32"),
            ("10.0.0.1/16", "host bits are set (10.0.0.1/16 should be 10.0.0.0/16)"),
            ("10.0.0/16", "expected four octets, such as 10.0.0.0/16"),
            ("1.2.3.4.5/8", "expected four octets, such as 10.0.0.0/16"),
            ("256.0.0.0/8", "an octet is above 255"),
            ("10.0.0.0/", "the prefix length is missing, such as /16"),
        ] {
            assert_eq!(Cidr::parse(text).unwrap_err().problem, problem, "{text}");
        }
    }
}
