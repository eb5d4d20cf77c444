//! A planted secret is in nothing that is printed or kept, in any form: whatever the commands do with it.

use super::support::Bench;
use crate::Value;
use crate::cli::Answer;
use crate::provider::{ProviderError, ProviderErrorKind};
use crate::testing::CallKind;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use std::fs;
use std::path::Path;

/// Of the configuration, and so in inputs and outputs.
const TYPED: &str = "canary/typed \"seven\"+birds";
/// Of the cloud.
const GIVEN: &str = "canary?given=\\nine~birds";

/// Every form of a secret, worked out without the code under test.
fn forms(secret: &str) -> Vec<String> {
    let escaped = secret.replace('\\', "\\\\").replace('"', "\\\"");
    let percent: String = secret
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'~' => (byte as char).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms =
        vec![secret.to_owned(), escaped, percent.to_lowercase(), percent, hex.to_uppercase(), hex];
    for skip in 0..3 {
        // Whole groups of three bytes, so that no neighbour counts.
        let inner = &secret.as_bytes()[skip..];
        let inner = &inner[..inner.len() / 3 * 3];
        forms.extend([STANDARD.encode(inner), URL_SAFE.encode(inner)]);
    }
    forms
}

#[track_caller]
fn clean(place: &str, bytes: &[u8]) {
    for form in [TYPED, GIVEN].iter().flat_map(|secret| forms(secret)) {
        let found = bytes.windows(form.len()).any(|window| window == form.as_bytes());
        assert!(!found, "{place} has `{form}`:\n{}", String::from_utf8_lossy(bytes));
    }
}

fn clean_files(folder: &Path) -> usize {
    let entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    let count = |path: &std::path::PathBuf| match path.is_dir() {
        true => clean_files(path),
        false => {
            clean(&path.display().to_string(), &fs::read(path).unwrap());
            1
        }
    };
    entries.iter().map(count).sum()
}

/// Runs a command, as it is, and for programs, and looks at all that it printed and kept.
async fn run(bench: &Bench, arguments: &str, codes: &[u8]) {
    for options in ["--verbose", "--json --verbose"] {
        let ran = bench.run(&format!("{arguments} {options}")).await;
        assert!(codes.contains(&ran.code), "{arguments} {options} ended with {}: {}", ran.code, ran.err);
        clean(&format!("the output of {arguments} {options}"), ran.out.as_bytes());
        clean(&format!("the error stream of {arguments} {options}"), ran.err.as_bytes());
        clean_files(bench.disk.as_ref().unwrap());
        for (path, bytes) in bench.plans.0.lock().unwrap().iter() {
            clean(&path.display().to_string(), bytes);
        }
    }
}

/// An error in which the cloud repeats secrets in every form.
fn indiscreet(secrets: &[&str]) -> ProviderError {
    let sent = |secret: &str| {
        let plain = forms(secret).into_iter().take(6);
        let encoded = ["", "u", "us"].into_iter().flat_map(|before| {
            let text = format!("{before}{secret}:more");
            [STANDARD.encode(&text), URL_SAFE.encode(&text)]
        });
        plain.chain(encoded).collect::<Vec<_>>().join(" | ")
    };
    let message: Vec<String> = secrets.iter().map(|secret| sent(secret)).collect();
    let message = message.join(" and ");
    let mut error = ProviderError::new(ProviderErrorKind::Refused, "BadRequest", &message);
    error.hint = Some(format!("do not send {TYPED}"));
    error
}

async fn planted(folder: &Path) -> Bench {
    let mut bench = Bench::new();
    bench.disk = Some(folder.to_owned());
    bench.environment.insert("ATP_PASSPHRASE".into(), "correct horse".into());
    bench.cloud =
        bench.cloud.with_outputs("Test.Store", Value::from([("token", Value::from(GIVEN).into_secret())]));
    bench.answer = Answer::Line(TYPED.into());
    run(&bench, "config set password --secret", &[0]).await;
    let written = bench.plans.0.lock().unwrap()[Path::new("/shop/config/dev.yaml")].clone();
    bench.files.insert("/shop/config/dev.yaml".into(), String::from_utf8(written).unwrap());
    bench
}

#[tokio::test]
async fn a_planted_secret_is_in_nothing_that_is_printed_or_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = planted(folder.path()).await;
    run(&bench, "preview --out plan", &[0]).await;
    run(&bench, "plan show plan", &[0]).await;
    bench.cloud.fail_next(CallKind::Create, "store", indiscreet(&[TYPED]));
    let failed = bench.run("up --yes --verbose").await;
    assert!(failed.code == 1 && failed.err.contains("BadRequest"), "{}", failed.err);
    clean("the failed run", failed.err.as_bytes());
    clean_files(folder.path());
    run(&bench, "up --yes", &[0]).await;
    assert_eq!(bench.run("outputs password --show-secrets").await.out, format!("{TYPED}\n"));
    for arguments in [
        "outputs",
        "state list",
        "state show vault/store",
        "config show",
        "why vault/store",
        "graph",
        "status",
        "secrets show",
        "secrets rotate",
        "drift",
        "preview --set size=2",
        "taint vault/store",
        "untaint vault/store",
    ] {
        run(&bench, arguments, &[0, 2]).await;
    }
    for _ in 0..2 {
        bench.cloud.fail_next(CallKind::Update, "store", indiscreet(&[TYPED, GIVEN]));
    }
    run(&bench, "up --yes --set size=3", &[1]).await;
    let text =
        "name: shop\nsecrets: {provider: passphrase}\nenvironments:\n  dev: {regions: [north, south]}\n";
    bench.files.insert("/shop/atp.yaml".into(), text.into());
    run(&bench, "secrets change-provider", &[0]).await;
    bench.environment.insert("ATP_PASSPHRASE".into(), "wrong horse".into());
    run(&bench, "up --yes", &[1]).await;
    bench.environment.insert("ATP_PASSPHRASE".into(), "correct horse".into());
    run(&bench, "refresh", &[0]).await;
    run(&bench, "destroy --yes --allow-delete", &[0]).await;
    assert!(clean_files(folder.path()) >= 4);
}

#[test]
fn a_leak_in_any_form_is_found() {
    for form in forms(TYPED) {
        let found = std::panic::catch_unwind(|| clean("a planted leak", format!("<{form}>").as_bytes()));
        assert!(found.is_err(), "{form}");
    }
    let within = STANDARD.encode(format!("user:{GIVEN}:more"));
    assert!(std::panic::catch_unwind(|| clean("a planted leak", within.as_bytes())).is_err());
}
