//! Values of files that are no configuration, each with its place.

use super::yaml::parse;
use super::{ConfigError, ConfigKind, ConfigReader, ConfigValue, Place};

/// A value, and where it was written.
#[derive(Debug, Clone)]
pub(crate) struct Placed<T> {
    /// The file and line.
    pub place: Place,
    /// The value.
    pub value: T,
}

impl<T: ConfigValue> ConfigValue for Placed<T> {
    const KIND: ConfigKind = T::KIND;
    fn read(reader: &mut ConfigReader<'_>) -> Option<Self> {
        let place = reader.place().clone();
        Some(Placed { place, value: T::read(reader)? })
    }
}

/// Reads a file that holds one value, such as a list, in JSON or in YAML.
///
/// # Errors
/// Everything that is wrong with it.
pub(crate) fn read_value<T: ConfigValue>(file: &str, text: &str) -> Result<T, ConfigError> {
    let node = parse(file, text)?;
    let home = node.place.clone();
    let mut reader = ConfigReader::new(&node, "", &home);
    let read = T::read(&mut reader);
    let problems = reader.into_problems();
    match read {
        Some(value) if problems.is_empty() => Ok(value),
        _ => Err(ConfigError::new(problems)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_and_yaml_say_the_same_and_every_item_knows_its_line() {
        for text in ["- one\n- two\n", "[\n\t\"one\", \"two\"\n]\n"] {
            let read: Vec<Placed<String>> = read_value("list", text).unwrap();
            let values: Vec<&str> = read.iter().map(|one| one.value.as_str()).collect();
            assert_eq!((values, read[1].place.line), (vec!["one", "two"], 2));
        }
    }

    #[test]
    fn something_else_than_what_is_expected_is_told_with_its_place() {
        let read = |text| read_value::<Vec<Placed<String>>>("list", text).unwrap_err().to_string();
        assert_eq!(read("- a\n- [b]\n"), "list:2: [1]: expected a text, found a list");
        assert!(read("a: 1\n").starts_with("list:1: expected a list"), "{}", read("a: 1\n"));
    }
}
