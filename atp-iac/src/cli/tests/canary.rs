//! A planted secret is in nothing that is printed or kept, in any form: whatever the commands do with it.

use super::support::Bench;
use crate::Value;
use crate::cli::Answer;
use crate::cli::ambient;
use crate::diff::Change;
use crate::provider::{
    Existing, Found, Object, Problem, Provider, ProviderError, ProviderErrorKind, Request, Target,
};
use crate::state::{Folder, RecoveryFiles, StateStore};
use crate::testing::{CallKind, MemoryCloud};
use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;
use std::{env, fs};

/// Of the configuration, and so in inputs and outputs.
pub(super) const TYPED: &str = "canary/typed \"seven\"+birds";
/// Of the cloud.
pub(super) const GIVEN: &str = "canary?given=\\nine~birds";

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
pub(super) fn clean(place: &str, bytes: &[u8]) {
    for form in [TYPED, GIVEN].iter().flat_map(|secret| forms(secret)) {
        let found = bytes.windows(form.len()).any(|window| window == form.as_bytes());
        assert!(!found, "{place} has `{form}`:\n{}", String::from_utf8_lossy(bytes));
    }
}

/// Looks at all that is kept on a disk; gives the names of the files, below the folder.
fn clean_files(root: &Path, folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let look = |path: std::path::PathBuf| match path.is_dir() {
        true => clean_files(root, &path),
        false => {
            clean(&path.display().to_string(), &fs::read(&path).unwrap());
            vec![path.strip_prefix(root).unwrap().display().to_string()]
        }
    };
    entries.flat_map(look).collect()
}

/// Looks at all that a store in memory has of a stack: snapshot, journal, and every document by its name.
async fn clean_documents(store: &dyn StateStore) -> Vec<String> {
    let mut names = Vec::new();
    for stack in store.list().await.unwrap() {
        if let Some(stored) = store.read(&stack).await.unwrap() {
            clean("the snapshot", &stored.content.body);
            stored.journal.iter().for_each(|batch| clean("the journal", batch));
        }
        for folder in Folder::ALL {
            for name in store.documents(&stack, folder).await.unwrap() {
                let bytes = store.document(&stack, folder, &name).await.unwrap().unwrap();
                let name = format!("{}/{name}", folder.name());
                clean(&name, &bytes);
                names.push(name);
            }
        }
    }
    names
}

/// Looks at all that is kept; gives what it is called.
async fn kept(bench: &Bench) -> Vec<String> {
    for (path, bytes) in bench.plans.0.lock().unwrap().iter() {
        clean(&path.display().to_string(), bytes);
    }
    for path in RecoveryFiles::list(&*bench.recovery).unwrap() {
        clean("a recovery file", &RecoveryFiles::read(&*bench.recovery, &path).unwrap().unwrap());
    }
    match &bench.disk {
        Some(folder) => clean_files(folder, folder),
        None => clean_documents(bench.store.as_ref()).await,
    }
}

/// Runs a command, as it is, and for programs, and looks at all that it printed and kept.
async fn run(bench: &Bench, arguments: &str, codes: &[u8]) {
    for options in ["--verbose", "--json --verbose"] {
        let ran = bench.run(&format!("{arguments} {options}")).await;
        assert!(codes.contains(&ran.code), "{arguments} {options} ended with {}: {}", ran.code, ran.err);
        clean(&format!("the output of {arguments} {options}"), ran.out.as_bytes());
        clean(&format!("the error stream of {arguments} {options}"), ran.err.as_bytes());
        kept(bench).await;
    }
}

/// The same while the next call of a kind is refused, for each run, with an error that repeats secrets, which is told.
async fn run_refused(bench: &Bench, (kind, part): (CallKind, &str), arguments: &str) {
    for options in ["--verbose", "--json --verbose"] {
        bench.cloud.fail_next(kind, part, indiscreet(&[TYPED, GIVEN]));
        let ran = bench.run(&format!("{arguments} {options}")).await;
        let said = [ran.out, ran.err].concat();
        assert!(said.contains("it was sent [secret]"), "{arguments} {options} has not met the error: {said}");
        clean(&format!("what {arguments} {options} said"), said.as_bytes());
        kept(bench).await;
        bench.cloud.forget_faults();
    }
}

/// An error in which the cloud repeats secrets in every form.
pub(super) fn indiscreet(secrets: &[&str]) -> ProviderError {
    let sent = |secret: &str| {
        let plain = forms(secret).into_iter().take(6);
        let encoded = ["", "u", "us"].into_iter().flat_map(|before| {
            let text = format!("{before}{secret}:more");
            [STANDARD.encode(&text), URL_SAFE.encode(&text)]
        });
        plain.chain(encoded).collect::<Vec<_>>().join(" | ")
    };
    let message: Vec<String> = secrets.iter().map(|secret| sent(secret)).collect();
    let message = format!("it was sent {}", message.join(" and "));
    let mut error = ProviderError::new(ProviderErrorKind::Refused, "BadRequest", &message);
    error.hint = Some(format!("do not send {TYPED}"));
    error
}

async fn planted(folder: Option<&Path>) -> Bench {
    let mut bench = Bench::new();
    bench.disk = folder.map(Path::to_owned);
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
    let mut bench = planted(Some(folder.path())).await;
    run(&bench, "preview --out plan", &[0]).await;
    run(&bench, "plan show plan", &[0]).await;
    bench.cloud.fail_next(CallKind::Create, "store", indiscreet(&[TYPED]));
    let failed = bench.run("up --yes --verbose").await;
    assert!(failed.code == 1 && failed.err.contains("BadRequest"), "{}", failed.err);
    clean("the failed run", failed.err.as_bytes());
    kept(&bench).await;
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
    let kept = kept(&bench).await;
    for folder in ["history/", "backups/"] {
        assert!(kept.iter().any(|name| name.contains(folder)), "{folder} in {kept:?}");
    }
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

/// Every command that asks the cloud, where the cloud refuses and repeats what it was told and what it holds.
async fn everywhere(folder: Option<&Path>) {
    use CallKind::{Create, Query, Read, Update};
    let mut bench = planted(folder).await;
    run(&bench, "up --yes", &[0]).await;
    for arguments in ["refresh", "drift", "preview --refresh", "up --yes --refresh"] {
        run_refused(&bench, (Read, "store"), arguments).await;
    }
    bench.cloud.put("Test.Guest/ben", Value::from([("name", "ben".into()), ("front", "x".into())]));
    run_refused(&bench, (Read, "ben"), "import ben Test.Guest/ben --set guests=[ben] --yes").await;
    run_refused(&bench, (Query, "Test"), "import --scope Test").await;
    run_refused(&bench, (Create, "eve"), "up --yes --set guests=[eve]").await;
    // A call that may have come through is looked up by the next run, which the cloud refuses.
    let lost = ProviderError { kind: ProviderErrorKind::Unreachable, ..indiscreet(&[TYPED, GIVEN]) };
    bench.cloud.fail_next(Update, "store", lost);
    let cut = bench.run("up --yes --set size=5").await;
    clean("what a run said that lost a call", cut.err.as_bytes());
    assert!(cut.code == 1 && cut.err.contains("it was sent [secret]"), "{}", cut.err);
    for arguments in ["preview", "up --yes", "refresh"] {
        run_refused(&bench, (Read, "store"), arguments).await;
    }
    run(&bench, "up --yes --set size=6", &[0]).await;
    run_refused(&bench, (Update, "store"), "rollback --to 1 --yes").await;
    for arguments in [
        "history list",
        "history show 1",
        "history diff 1 3",
        "history verify",
        "state verify",
        "state backups",
        "state export",
        "state protect vault/store",
        "state unprotect vault/store",
        "state backup",
        "destroy --out plan",
        "rollback --to 1 --out plan",
        "preview --set size=7 --out plan",
        "plan show plan",
    ] {
        run(&bench, arguments, &[0]).await;
    }
    // The second run finds it done.
    for arguments in ["state rename front face --yes", "state undo --yes"] {
        run(&bench, arguments, &[0, 1]).await;
    }
    bench.who = "ben";
    run(&bench, "plan approve plan --message fine", &[0]).await;
    let kept = kept(&bench).await;
    for folder in ["history/", "backups/", "approvals/"] {
        assert!(kept.iter().any(|name| name.contains(folder)), "{folder} in {kept:?}");
    }
}

#[tokio::test]
async fn what_a_cloud_repeats_is_masked_wherever_it_is_asked_with_states_on_disk() {
    everywhere(Some(tempfile::tempdir().unwrap().path())).await;
}

#[tokio::test]
async fn what_a_cloud_repeats_is_masked_wherever_it_is_asked_with_states_in_memory() {
    everywhere(None).await;
}

/// Panics in one of its methods, with all that it knows in the message.
struct Careless {
    cloud: MemoryCloud,
    at: &'static str,
}

impl Careless {
    fn meet(&self, at: &str, said: &Value) {
        if at == self.at {
            panic!("{at}: {} and {}", said.to_json_exposed().unwrap_or_default(), forms(GIVEN).join(" | "));
        }
    }
}

#[async_trait]
impl Provider for Careless {
    fn name(&self) -> &str {
        self.cloud.name()
    }
    fn describe(&self) -> String {
        self.cloud.describe()
    }
    fn check(&self, kind: &str, inputs: &Value) -> Vec<Problem> {
        self.meet("check", inputs);
        self.cloud.check(kind, inputs)
    }
    fn id(&self, kind: &str, inputs: &Value) -> Option<String> {
        self.meet("id", inputs);
        self.cloud.id(kind, inputs)
    }
    fn predict(&self, kind: &str, inputs: &Value, current: Option<&Value>) -> Value {
        self.meet("predict", inputs);
        self.cloud.predict(kind, inputs, current)
    }
    fn diff(&self, kind: &str, old: &Existing<'_>, new: &Value) -> Vec<Change> {
        self.meet("diff", new);
        self.cloud.diff(kind, old, new)
    }
    fn drift(&self, kind: &str, old: &Existing<'_>, observed: &Value) -> Vec<Change> {
        self.meet("drift", observed);
        self.cloud.drift(kind, old, observed)
    }
    async fn create(&self, request: Request<'_>) -> Result<Object, ProviderError> {
        self.meet("create", request.inputs);
        self.cloud.create(request).await
    }
    async fn read(&self, target: Target<'_>) -> Result<Option<Value>, ProviderError> {
        self.meet("read", target.inputs);
        self.cloud.read(target).await
    }
    async fn update(&self, request: Request<'_>, old: &Existing<'_>) -> Result<Object, ProviderError> {
        self.meet("update", request.inputs);
        self.cloud.update(request, old).await
    }
    async fn discover(&self, scope: &str) -> Result<Vec<Found>, ProviderError> {
        self.meet("discover", &Value::from(TYPED));
        self.cloud.discover(scope).await
    }
    async fn delete(&self, target: Target<'_>, timeout: Duration) -> Result<(), ProviderError> {
        self.meet("delete", target.inputs);
        self.cloud.delete(target, timeout).await
    }
}

#[tokio::test]
async fn a_provider_that_panics_with_secrets_tells_them_to_nobody() {
    let folder = tempfile::tempdir().unwrap();
    let mut bench = planted(Some(folder.path())).await;
    run(&bench, "up --yes", &[0]).await;
    for (at, arguments) in [
        ("check", "preview"),
        ("id", "preview --set guests=[eve]"),
        ("predict", "preview --set size=2"),
        ("diff", "preview --set size=2"),
        ("drift", "drift"),
        ("read", "refresh"),
        ("discover", "import --scope Test"),
        ("create", "up --yes --set guests=[eve]"),
        ("update", "up --yes --set size=2"),
        ("delete", "destroy --yes --allow-delete"),
    ] {
        bench.provider = Some(Arc::new(Careless { cloud: bench.cloud.clone(), at }));
        run(&bench, arguments, &[1]).await;
        bench.provider = None;
    }
    run(&bench, "up --yes", &[0]).await;
}

/// Says that a process is the one in which the panic takes place.
const CHILD: &str = "ATP_TEST_PANICS_HERE";

#[test]
fn a_panic_of_the_process_is_told_by_its_place_and_not_by_its_message() {
    if env::var_os(CHILD).is_some() {
        ambient::tell_panics();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let mut bench = planted(None).await;
            bench.provider = Some(Arc::new(Careless { cloud: bench.cloud.clone(), at: "create" }));
            let ran = bench.run("up --yes").await;
            assert_eq!(ran.code, 1);
        });
        return;
    }
    let this = "cli::tests::canary::a_panic_of_the_process_is_told_by_its_place_and_not_by_its_message";
    for backtraces in ["0", "1", "full"] {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", this, "--nocapture"]).env(CHILD, "1").env("RUST_BACKTRACE", backtraces);
        let ran = command.env_remove("ATP_PANIC_MESSAGES").output().unwrap();
        clean("what the process printed", &[ran.stdout, ran.stderr.clone()].concat());
        let told = String::from_utf8(ran.stderr).unwrap();
        assert!(ran.status.success() && told.contains("panic at "), "{told}");
        assert!(told.contains("ATP_PANIC_MESSAGES=1 shows its message"), "{told}");
    }
}
