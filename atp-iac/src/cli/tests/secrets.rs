//! The keys of stacks: who wraps them, and changing them.

use super::support::Bench;
use crate::StackName;

const SETTINGS: &str = "/shop/atp.yaml";

async fn deployed() -> Bench {
    let bench = Bench::new();
    assert_eq!(bench.run("up --yes").await.code, 0);
    bench
}

/// From now on `atp.yaml` says this of secrets.
fn say(bench: &mut Bench, secrets: &str) {
    let text = format!("name: shop\nsecrets: {secrets}\nenvironments:\n  dev: {{regions: [north, south]}}\n");
    bench.files.insert(SETTINGS.into(), text);
}

fn give(bench: &mut Bench, name: &str, value: &str) {
    bench.environment.insert(name.into(), value.into());
}

async fn serial(bench: &Bench) -> u64 {
    let stack = StackName::new("dev", "north", "shop").unwrap();
    bench.store.read(&stack).await.unwrap().unwrap().version.serial
}

#[tokio::test]
async fn it_is_shown_who_wraps_a_key_and_never_the_key() {
    let bench = deployed().await;
    let ran = bench.run("secrets show").await;
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "dev/north/shop: the key is wrapped by plain\n"),
        "{}",
        ran.err
    );
    let never = Bench::new().run("secrets show").await;
    assert_eq!((never.code, never.out.as_str()), (0, ""));
    assert!(never.err.contains("was never deployed"), "{}", never.err);
    let refused = Bench::new().run("secrets rotate").await;
    assert_eq!(refused.code, 1, "{}", refused.err);
}

#[tokio::test]
async fn another_provider_takes_over_when_that_is_asked_for_and_until_then_it_is_said_to_be_due() {
    let mut bench = deployed().await;
    say(&mut bench, "{provider: passphrase}");
    give(&mut bench, "ATP_PASSPHRASE", "correct horse");
    let shown = bench.run("outputs password --show-secrets").await;
    assert_eq!((shown.code, shown.out.as_str()), (0, "hunter2\n"), "{}", shown.err);
    assert!(shown.err.contains("`secrets change-provider --all -e dev` wraps them anew"), "{}", shown.err);
    let show = bench.run("secrets show").await;
    assert!(show.err.contains("`atp.yaml` says passphrase"), "{}", show.err);
    let changed = bench.run("secrets change-provider --all").await;
    let expected = "dev/north/shop: the key is now wrapped by passphrase\n";
    assert_eq!((changed.code, changed.out.as_str()), (0, expected), "{}", changed.err);
    let after = bench.run("outputs password --show-secrets").await;
    assert_eq!((after.code, after.out.as_str()), (0, "hunter2\n"), "{}", after.err);
    assert!(!after.err.contains("change-provider"), "{}", after.err);
    // Whoever lacks the passphrase, or has another one, reads nothing.
    give(&mut bench, "ATP_PASSPHRASE", "wrong horse");
    let wrong = bench.run("outputs").await;
    assert_eq!(wrong.code, 1);
    assert!(wrong.err.contains("the key from the passphrase is not the one"), "{}", wrong.err);
    bench.environment.clear();
    let without = bench.run("outputs").await;
    assert!(without.err.contains("set ATP_PASSPHRASE"), "{}", without.err);
}

#[tokio::test]
async fn a_passphrase_is_changed_with_the_former_one() {
    let mut bench = Bench::new();
    say(&mut bench, "{provider: passphrase}");
    give(&mut bench, "ATP_PASSPHRASE", "old");
    assert_eq!(bench.run("up --yes").await.code, 0);
    give(&mut bench, "ATP_PASSPHRASE", "new");
    assert_eq!(bench.run("secrets change-provider").await.code, 1);
    give(&mut bench, "ATP_FORMER_PASSPHRASE", "old");
    let changed = bench.run("secrets change-provider").await;
    assert_eq!(changed.code, 0, "{}", changed.err);
    bench.environment.remove("ATP_FORMER_PASSPHRASE");
    assert_eq!(bench.run("outputs password --show-secrets").await.out, "hunter2\n");
}

#[tokio::test]
async fn a_rotated_key_changes_the_state_and_nothing_that_it_says() {
    let bench = deployed().await;
    let before = serial(&bench).await;
    let rotated = bench.run("secrets rotate").await;
    assert_eq!(rotated.code, 0, "{}", rotated.err);
    assert_eq!(serial(&bench).await, before + 1);
    assert_eq!(bench.run("outputs password --show-secrets").await.out, "hunter2\n");
    let preview = bench.run("preview --detailed-exitcode").await;
    assert_eq!(preview.code, 0, "{}", preview.err);
}

#[tokio::test]
async fn a_plan_that_was_saved_before_a_rotation_is_refused() {
    let bench = deployed().await;
    assert_eq!(bench.run("preview --set size=3 --out p").await.code, 0);
    assert_eq!(bench.run("secrets rotate").await.code, 0);
    let refused = bench.run("up --plan p --set size=3").await;
    assert_ne!(refused.code, 0);
    assert!(refused.err.contains("state"), "{}", refused.err);
}

#[tokio::test]
async fn a_vault_that_no_cloud_of_the_program_has_is_an_error_that_names_it() {
    let mut bench = Bench::new();
    say(&mut bench, "{provider: azurekeyvault://vault/key}");
    let ran = bench.run("up --yes").await;
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("azurekeyvault://vault/key cannot be used: "), "{}", ran.err);
}

#[cfg(feature = "age")]
#[tokio::test]
async fn the_identity_of_a_recipient_opens_a_state_whose_provider_is_lost() {
    use age::secrecy::ExposeSecret as _;
    let identity = age::x25519::Identity::generate();
    let mut bench = Bench::new();
    say(&mut bench, &format!("{{provider: passphrase, recipients: [{}]}}", identity.to_public()));
    give(&mut bench, "ATP_PASSPHRASE", "forgotten");
    assert_eq!(bench.run("up --yes").await.code, 0);
    bench.environment.clear();
    assert_eq!(bench.run("outputs").await.code, 1);
    let text = identity.to_string().expose_secret().to_owned();
    bench.files.insert("/safe/identity.txt".into(), text);
    give(&mut bench, "ATP_AGE_IDENTITY_FILE", "/safe/identity.txt");
    let shown = bench.run("outputs password --show-secrets").await;
    assert_eq!((shown.code, shown.out.as_str()), (0, "hunter2\n"), "{}", shown.err);
}
