//! Encrypted values of the configuration.

use super::support::Bench;
use crate::cli::Answer;

fn with_passphrase(passphrase: &str) -> Bench {
    let mut bench = Bench::new();
    bench.environment.insert("ATP_PASSPHRASE".into(), passphrase.into());
    bench
}

async fn encrypted() -> String {
    let mut bench = with_passphrase("correct horse");
    bench.answer = Answer::Line("hunter3".into());
    let ran = bench.run("config encrypt password").await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("put it under `password:` in the section `shop` or `common`"), "{}", ran.err);
    ran.out.trim().to_owned()
}

fn write(bench: &mut Bench, password: &str) {
    let text = format!("shop:\n  password: {password}\n");
    bench.files.insert("/shop/config/base.yaml".into(), text);
}

#[tokio::test]
async fn what_was_encrypted_is_used_and_never_shown() {
    let sealed = encrypted().await;
    assert!(sealed.starts_with("encrypted:v1:") && !sealed.contains("hunter3"), "{sealed}");
    let mut bench = with_passphrase("correct horse");
    write(&mut bench, &sealed);
    let shown = bench.run("config show").await;
    assert!(shown.out.contains("[secret]") && !shown.out.contains("hunter3"), "{}", shown.out);
    assert_eq!(bench.run("up --yes").await.code, 0);
    assert_eq!(bench.run("outputs password --show-secrets").await.out, "hunter3\n");
}

#[tokio::test]
async fn another_passphrase_is_refused_with_the_place() {
    let mut bench = with_passphrase("wrong horse");
    write(&mut bench, &encrypted().await);
    bench.answer = Answer::Line("more".into());
    for command in ["preview", "config encrypt password"] {
        let ran = bench.run(command).await;
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains("config/base.yaml:2: shop.password: does not open"), "{}", ran.err);
    }
}

#[tokio::test]
async fn without_a_passphrase_the_simulator_gets_stand_ins_and_azure_nothing() {
    let mut bench = Bench::new();
    write(&mut bench, &encrypted().await);
    assert_eq!(bench.run("up --yes").await.code, 0);
    let stand_in = bench.run("outputs password --show-secrets").await.out;
    assert!(stand_in.starts_with("https://stand-in.invalid/"), "{stand_in}");
    let refused = bench.run("preview --cloud azure").await;
    assert_eq!(refused.code, 1);
    assert!(refused.err.contains("set ATP_PASSPHRASE"), "{}", refused.err);
}

#[tokio::test]
async fn the_passphrase_can_be_in_a_file_that_has_to_be_there() {
    let mut bench = Bench::new();
    write(&mut bench, &encrypted().await);
    bench.environment.insert("ATP_PASSPHRASE_FILE".into(), "../key".into());
    let missing = bench.run("preview").await;
    assert!(missing.err.contains("ATP_PASSPHRASE_FILE names ../key, which is not there"), "{}", missing.err);
    bench.files.insert("/shop/deep/../key".into(), "correct horse\n".into());
    assert_eq!(bench.run("preview").await.code, 0);
}

#[tokio::test]
async fn only_keys_that_are_secret_are_encrypted() {
    let mut bench = with_passphrase("correct horse");
    bench.answer = Answer::Line("x".into());
    for (key, message) in [
        ("place", "`place` is a text, which the stack reads in clear"),
        ("pasword", "unknown key `pasword`; did you mean `password`?"),
        ("size.unit", "there is no `unit` in a whole number"),
    ] {
        let ran = bench.run(&format!("config encrypt {key}")).await;
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains(message), "{}", ran.err);
    }
    let without = Bench::new().run("config encrypt password").await;
    assert!(without.err.contains("there is no passphrase to encrypt with"), "{}", without.err);
}

/// What `config set` wrote.
fn written(bench: &Bench, file: &str) -> String {
    let written = bench.plans.0.lock().unwrap();
    String::from_utf8(written[std::path::Path::new(file)].clone()).unwrap()
}

#[tokio::test]
async fn a_value_is_set_in_the_file_of_the_environment_and_the_rest_stays() {
    let mut bench = Bench::new();
    bench.files.insert("/shop/config/dev.yaml".into(), "# dev\nshop:\n  size: 2 # small\n".into());
    let ran = bench.run("config set size 3").await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains("`shop.size` is set in config/dev.yaml"), "{}", ran.err);
    assert_eq!(written(&bench, "/shop/config/dev.yaml"), "# dev\nshop:\n  size: 3 # small\n");
    assert_eq!(bench.run("config set common.place south --file ../other.yaml").await.code, 0);
    assert_eq!(written(&bench, "/shop/deep/../other.yaml"), "common:\n  place: south\n");
}

#[tokio::test]
async fn a_secret_is_read_from_the_standard_input_and_written_encrypted() {
    let mut bench = with_passphrase("correct horse");
    bench.answer = Answer::Line("hunter3".into());
    let ran = bench.run("config set password --secret").await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text = written(&bench, "/shop/config/dev.yaml");
    assert!(text.starts_with("shop:\n  password: encrypted:v1:") && !text.contains("hunter3"), "{text}");
    bench.files.insert("/shop/config/dev.yaml".into(), text);
    assert_eq!(bench.run("up --yes").await.code, 0);
    assert_eq!(bench.run("outputs password --show-secrets").await.out, "hunter3\n");
}

#[tokio::test]
async fn a_secret_in_the_arguments_and_a_key_that_nobody_reads_are_refused() {
    let bench = with_passphrase("correct horse");
    for (arguments, message) in [
        ("config set password hunter3", "`password` is secret, and would stand in the file in clear"),
        ("config set siz 3", "unknown key `siz`; did you mean `size`?"),
        ("config set size --secret", "which the stack reads in clear"),
        ("config set guests[0] ben", "is one item of a list"),
    ] {
        let ran = bench.run(arguments).await;
        assert_eq!(ran.code, 1);
        assert!(ran.err.contains(message), "{}", ran.err);
    }
    assert!(bench.plans.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_value_that_the_stack_could_not_read_is_refused_and_nothing_is_written() {
    let bench = Bench::new();
    for (arguments, message) in [
        ("config set size big", "shop.size: expected a whole number, found a text"),
        ("config set size 10", "shop.size: 10 is not in 1..=9"),
        ("config set protect 1", "shop.protect: expected `true` or `false`, found a number"),
        ("config set guests ben", "shop.guests: expected a list, each item a text, found a text"),
        ("config set guests [ben,3]", "shop.guests[1]: expected a text, found a number: put it in quotes"),
        ("config set common.size [3]", "shop.size: expected a whole number, found a list"),
        ("config set place {a:", "not valid YAML"),
    ] {
        let ran = bench.run(arguments).await;
        assert_eq!(ran.code, 1, "{arguments}");
        assert!(ran.err.contains(message) && ran.err.contains("nothing was"), "{arguments}: {}", ran.err);
    }
    assert!(bench.plans.0.lock().unwrap().is_empty());
    // What is wrong already, elsewhere, keeps nobody from setting things right one by one.
    let mut bench = Bench::new();
    bench.files.insert("/shop/config/base.yaml".into(), "shop:\n  size: 33\n".into());
    let ran = bench.run("config set place south").await;
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(bench.run("config set size 3").await.code, 0);
}

#[tokio::test]
async fn a_secret_that_the_stack_could_not_read_is_refused_and_not_shown() {
    let mut bench = with_passphrase("correct horse");
    bench.programs = &GUARDED;
    bench.answer = Answer::Line("seventeen".into());
    for key in ["pin", "word"] {
        let ran = bench.run(&format!("config set {key} --secret")).await;
        assert_eq!(ran.code, 1, "{key}");
        assert!(ran.err.contains(&format!("shop.{key}: ")), "{}", ran.err);
        assert!(ran.err.contains("nothing was written") && !ran.err.contains("seventeen"), "{}", ran.err);
    }
    assert!(bench.plans.0.lock().unwrap().is_empty());
    bench.answer = Answer::Line("1234".into());
    let ran = bench.run("config set word --secret").await;
    assert_eq!(ran.code, 0, "{}", ran.err);
}

/// What is kept secret and has a form.
#[derive(crate::Config)]
#[allow(dead_code, reason = "what it is read as is what is tested")]
struct Guarded {
    /// A number, which nothing that is encrypted is.
    pin: Option<crate::Secret<u32>>,
    /// A short word.
    #[config(length = 1..=4)]
    word: crate::Secret<String>,
}

static GUARDED: [crate::program::Program; 1] = [crate::program::Program {
    name: "shop",
    config_fields: || <Guarded as crate::Config>::FIELDS,
    check_config: <Guarded as crate::Config>::check_tree,
    ..super::support::PROGRAMS[1]
}];
