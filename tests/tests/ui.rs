//! One misuse of the library per file in `ui/`, with the message that a person gets.

#[test]
fn every_misuse_has_its_message() {
    trybuild::TestCases::new().compile_fail("ui/*.rs");
}
