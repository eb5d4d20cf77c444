//! Command lines on a state whose key is wrapped by a key in a simulated vault.

use atp_azure_sim::{ApiVersions, AzureClouds, Method, Request, Response, Settings, Simulator, SystemClock};
use atp_iac::Output;
use atp_iac::cli::{Answer, Application, DiskPlans, Fixed, Ports, Storage, Terminal};
use atp_iac::config::ConfigField;
use atp_iac::ports::{Clock, SystemRandom};
use atp_iac::program::Program;
use atp_iac::project::{DiskFiles, RevisionError, Revisions};
use atp_iac::secrets::LocalKeyFile;
use atp_iac::state::{FolderRecovery, Holder, LocalStore, Presence};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::watch;

use crate::support::{group, id};

const SECRET: &str = "hunter2, of the vault";
const URL: &str = "azurekeyvault://keysofprod/state";
const VAULT: &str = "Microsoft.KeyVault/vaults/keysofprod";

static PROGRAMS: [Program; 1] = [Program {
    name: "shop",
    layer: "Foundation",
    rank: 0,
    outputs: &[],
    contract: 1,
    references: &[],
    source: "shop.rs",
    config_fields: || -> &'static [ConfigField] { &[] },
    check_config: |_| Ok(()),
    run: |_| {
        let password = Output::known(SECRET.to_owned()).secret();
        Ok(BTreeMap::from([("password".to_owned(), password.into())]))
    },
}];

struct NoRepository;

impl NoRepository {
    fn none<T>() -> Result<T, RevisionError> {
        Err(RevisionError { message: "there is no repository".into(), hint: "none is needed".into() })
    }
}

impl Revisions for NoRepository {
    fn resolve(&self, _: &Path, _: &str) -> Result<String, RevisionError> {
        Self::none()
    }
    fn changed(&self, _: &Path, _: &str) -> Result<Vec<PathBuf>, RevisionError> {
        Self::none()
    }
    fn read(&self, _: &Path, _: &str, _: &Path) -> Result<Option<String>, RevisionError> {
        Self::none()
    }
}

pub struct Ran {
    pub code: u8,
    pub out: String,
    pub err: String,
}

/// A project on disk, and the simulated cloud that its command lines use.
pub struct World {
    pub folder: tempfile::TempDir,
    cloud: Simulator,
    environment: BTreeMap<String, String>,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir_all(folder.path().join("config")).unwrap();
        fs::write(folder.path().join("config/base.yaml"), "common: {}\n").unwrap();
        let settings = Settings { api_versions: ApiVersions::WellFormed, ..Settings::default() };
        let path = folder.path().join("work/simulator/cloud");
        let cloud =
            Simulator::open(&path, atp_azure::descriptors(), settings, Arc::new(SystemClock)).unwrap();
        let world = World { folder, cloud, environment: BTreeMap::new() };
        world.say(URL);
        world.manage(Method::Put, &group("G"), json!({ "location": "westeurope" }));
        let properties = json!({
            "tenantId": "72f988bf-0000-4000-8000-2d7cd011db47", "sku": { "family": "A", "name": "standard" },
            "accessPolicies": [],
        });
        world.manage(Method::Put, &id(VAULT), json!({ "location": "westeurope", "properties": properties }));
        world.ask(Method::Post, "/keys/state/create", json!({ "kty": "RSA" }));
        world
    }

    /// From now on `atp.yaml` names this provider.
    fn say(&self, provider: &str) {
        let text = format!(
            "name: shop\nsecrets: {{provider: \"{provider}\"}}\nenvironments:\n  dev: {{regions: [north]}}\n"
        );
        fs::write(self.folder.path().join("atp.yaml"), text).unwrap();
    }

    fn send(&self, request: Request) -> Response {
        let answer = self.cloud.handle(&request).unwrap();
        assert!(answer.status < 300, "{} {}: {}", request.method.name(), request.path, answer.value());
        answer
    }

    fn manage(&self, method: Method, path: &str, body: Value) -> Response {
        self.send(Request::new(method, &format!("{path}?api-version=2024-11-01")).with_json(&body))
    }

    /// Asks the data plane of the vault.
    pub fn ask(&self, method: Method, path: &str, body: Value) -> Response {
        let request = Request::new(method, &format!("{path}?api-version=7.4")).with_json(&body);
        self.send(request.with_header("host", "keysofprod.vault.azure.net"))
    }

    pub async fn run(&self, arguments: &str) -> Ran {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let root = self.folder.path();
        let typed = ["atp", "--work-dir", "work"].into_iter().chain(arguments.split_whitespace());
        let clock: Arc<dyn Clock> = Arc::new(atp_iac::ports::SystemClock);
        let random = Arc::new(SystemRandom);
        let storage = |folder: &Path| Storage {
            store: Arc::new(LocalStore::new(folder, clock.clone())),
            keys: Arc::new(LocalKeyFile::new(folder.join("secret.key"), random.clone())),
            recovery: Arc::new(FolderRecovery::new(folder.join("recovery"))),
            presence: Presence::default(),
        };
        let holder = Holder {
            who: "anna".into(),
            host: "desk".into(),
            process: 7,
            operation: "up".into(),
            since: clock.now(),
        };
        let ports = Ports {
            out: &mut out,
            err: &mut err,
            terminal: Terminal::default(),
            environment: &|name| self.environment.get(name).cloned(),
            current_dir: root.to_owned(),
            files: &DiskFiles,
            plans: &DiskPlans,
            revisions: &NoRepository,
            holder,
            ask: &mut || Answer::End,
            presses: watch::Sender::new(0).subscribe(),
            storage: &storage,
            clock: clock.clone(),
            random: random.clone(),
        };
        let application = Application::new(&PROGRAMS, Arc::new(AzureClouds::default()));
        let fixed = Fixed { environment: Some("dev"), program: Some("shop") };
        let code = Box::pin(application.execute(fixed, typed.map(OsString::from), ports)).await;
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let ran = Ran { code, out: text(out), err: text(err) };
        assert!(!ran.err.contains(SECRET), "{}", ran.err);
        ran
    }

    async fn done(&self, arguments: &str) -> Ran {
        let ran = self.run(arguments).await;
        assert_eq!(ran.code, 0, "{arguments}: {}", ran.err);
        ran
    }

    /// The secret, out of the state.
    async fn opened(&self) -> String {
        self.done("outputs password --show-secrets").await.out
    }

    /// The first line of the snapshot, which has the key.
    fn header(&self) -> Value {
        let bytes =
            fs::read(self.folder.path().join("work/simulator/state/dev/north/shop/snapshot.json")).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(SECRET));
        serde_json::from_slice(bytes.split(|byte| *byte == b'\n').next().unwrap()).unwrap()
    }

    /// The version of the key in the vault that wrapped the key of the stack.
    fn version(&self) -> String {
        let header = self.header();
        assert_eq!(header["keys"][0]["provider"], URL, "{header}");
        header["keys"][0]["data"].as_str().unwrap().split(':').next().unwrap().to_owned()
    }
}

#[tokio::test]
async fn the_key_of_a_stack_lives_in_a_vault_and_both_keys_can_be_rotated() {
    let world = World::new();
    world.done("up --yes").await;
    assert_eq!(world.opened().await, format!("{SECRET}\n"));
    let shown = world.done("secrets show").await;
    assert_eq!(shown.out, format!("dev/north/shop: the key is wrapped by {URL}\n"));
    let first = (world.version(), world.header()["keys"][0]["data"].clone());
    world.done("secrets rotate").await;
    assert_eq!(world.version(), first.0, "the key in the vault is the same");
    assert_ne!(world.header()["keys"][0]["data"], first.1, "the key of the stack is another one");
    assert_eq!(world.opened().await, format!("{SECRET}\n"));
    // The key in the vault is rotated: what the version before wrapped still opens, and is wrapped anew when that is asked for.
    world.ask(Method::Post, "/keys/state/rotate", Value::Null);
    assert_eq!(world.opened().await, format!("{SECRET}\n"));
    assert_eq!(world.version(), first.0);
    world.done("secrets change-provider").await;
    assert_ne!(world.version(), first.0);
    assert_eq!(world.opened().await, format!("{SECRET}\n"));
}

#[tokio::test]
async fn a_passphrase_takes_over_from_a_vault_and_back() {
    let mut world = World::new();
    world.done("up --yes").await;
    world.environment.insert("ATP_PASSPHRASE".into(), "correct horse".into());
    world.say("passphrase");
    let due = world.done("outputs password --show-secrets").await;
    assert!(
        due.out.contains(SECRET) && due.err.contains("`secrets change-provider --all -e dev`"),
        "{}",
        due.err
    );
    let changed = world.done("secrets change-provider").await;
    assert_eq!(changed.out, "dev/north/shop: the key is now wrapped by passphrase\n");
    // Nothing needs the vault any more.
    world.ask(Method::Patch, "/keys/state", json!({ "attributes": { "enabled": false } }));
    assert_eq!(world.opened().await, format!("{SECRET}\n"));
    world.say(URL);
    let refused = world.run("secrets change-provider").await;
    assert!(refused.code == 1 && refused.err.contains("not allowed on a disabled key"), "{}", refused.err);
    assert_eq!(world.header()["keys"][0]["provider"], "passphrase", "what cannot be done changes nothing");
    world.ask(Method::Patch, "/keys/state", json!({ "attributes": { "enabled": true } }));
    world.done("secrets change-provider").await;
    world.environment.clear();
    world.version();
    assert_eq!(world.opened().await, format!("{SECRET}\n"));
}

#[tokio::test]
async fn a_vault_that_is_gone_or_a_key_that_is_disabled_is_told_and_nothing_is_lost() {
    let world = World::new();
    world.done("up --yes").await;
    let before = world.header();
    world.ask(Method::Patch, "/keys/state", json!({ "attributes": { "enabled": false } }));
    for arguments in ["outputs password --show-secrets", "up --yes", "secrets rotate"] {
        let ran = world.run(arguments).await;
        assert_eq!(ran.code, 1, "{arguments}");
        assert!(ran.err.contains(URL) && ran.err.contains("disabled key"), "{arguments}: {}", ran.err);
    }
    world.ask(Method::Patch, "/keys/state", json!({ "attributes": { "enabled": true } }));
    assert_eq!(world.opened().await, format!("{SECRET}\n"));
    world.manage(Method::Delete, &id(VAULT), Value::Null);
    for arguments in ["outputs password --show-secrets", "up --yes", "secrets change-provider"] {
        let ran = world.run(arguments).await;
        assert_eq!(ran.code, 1, "{arguments}");
        assert!(ran.err.contains(URL) && ran.err.contains("VaultNotFound"), "{arguments}: {}", ran.err);
        assert!(ran.err.contains("`az keyvault recover`"), "{arguments}: {}", ran.err);
    }
    assert_eq!(world.header(), before);
    let shown = world.done("secrets show").await;
    assert!(shown.out.contains(URL), "who wraps it is known without the vault");
}
