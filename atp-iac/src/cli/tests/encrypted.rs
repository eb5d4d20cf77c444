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
