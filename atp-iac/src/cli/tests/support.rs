//! A project, a program, a cloud and a state in memory.

use super::hanging::Hanging;
use crate::cli::{Answer, Application, ExtraCommand, Fixed, PlanFiles, Ports, Storage, Terminal};
use crate::cloud::{CloudError, CloudRequest, Clouds};
use crate::output::Expression;
use crate::ports::{ManualClock, SeededRandom};
use crate::program::{Context, Location, Program, ProgramError};
use crate::project::{RevisionError, Revisions};
use crate::provider::Provider;
use crate::resource::{Alias, Options};
use crate::secrets::{KeyProvider, LocalKeyFile};
use crate::state::{Holder, LocalStore, MemoryRecovery, MemoryStore, Presence, StateStore};
use crate::testing::{KeyInClear, MemoryCloud};
use crate::value::Value;
use crate::{Component, Config, Output, Secret};
use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use tokio::sync::watch;

/// What the test program reads.
#[derive(Config)]
pub struct ShopConfig {
    /// How big the store is.
    #[config(default = 1, range = 1..=9)]
    pub size: u32,
    /// Whether the store may go.
    #[config(default = false)]
    pub protect: bool,
    /// Where the front is.
    #[config(default = "north")]
    pub place: String,
    /// Who may look.
    #[config(default)]
    pub guests: Vec<String>,
    /// For the store.
    pub password: Secret<String>,
}

/// A store with a password, in a component.
struct Vault(ShopConfig);

impl Component for Vault {
    type Outputs = ();
    fn build(self, cx: &mut Context) -> Result<(), ProgramError> {
        let config = self.0;
        let inputs = Value::from([
            ("name", Value::from("store")),
            ("size", u64::from(config.size).into()),
            ("password", Value::from(config.password.expose().as_str()).into_secret()),
        ]);
        let options = Options::new().protect(config.protect);
        cx.register("Test.Store", "memory", "store", inputs.into(), options, line(12))?;
        Ok(())
    }
}

fn line(line: u32) -> Location {
    Location { file: "src/shop.rs", line }
}

fn shop(cx: &mut Context) -> Result<BTreeMap<String, Expression>, ProgramError> {
    let config: ShopConfig = cx.config()?;
    if config.place == "nowhere" {
        panic!("no such place");
    }
    if config.place == "empty" {
        return Ok(BTreeMap::new());
    }
    let front = Value::from([("name", Value::from("front")), ("place", config.place.as_str().into())]);
    let front = cx.register("Test.Front", "memory", "front", front.into(), Options::new(), line(7))?;
    for guest in &config.guests {
        // `eve<ben`: eve, who was called ben before. `eve@ben`: eve, whom the cloud calls ben.
        let (guest, former) =
            guest.split_once('<').map_or((guest.as_str(), None), |(new, old)| (new, Some(old)));
        let (guest, called) = guest.split_once('@').unwrap_or((guest, guest));
        let inputs = BTreeMap::from([
            ("name".to_owned(), Expression::from(Value::from(called))),
            ("front".to_owned(), front.output::<String>("id").into()),
        ]);
        let inputs = Expression::Map(inputs);
        let options = former.map_or_else(Options::new, |former| Options::new().alias(Alias::name(former)));
        cx.register("Test.Guest", "memory", guest, inputs, options, line(9))?;
    }
    let password = config.password.expose().clone();
    cx.build_component("Shop.Vault", "vault", Vault(config), Options::new(), line(20))?;
    Ok(BTreeMap::from([
        ("address".to_owned(), front.output::<String>("address").into()),
        ("password".to_owned(), Output::known(password).secret().into()),
    ]))
}

fn empty(_: &mut Context) -> Result<BTreeMap<String, Expression>, ProgramError> {
    Ok(BTreeMap::new())
}

const fn program(name: &'static str) -> Program {
    Program {
        name,
        layer: "Foundation",
        rank: 0,
        outputs: &[],
        contract: 1,
        references: &[],
        source: "src/shop.rs",
        config_fields: || ShopConfig::FIELDS,
        check_config: ShopConfig::check_tree,
        run: shop,
    }
}

pub static PROGRAMS: [Program; 2] =
    [program("shop"), Program { run: empty, config_fields: || &[], ..program("void") }];

struct OneCloud(Arc<dyn Provider>);

impl Clouds for OneCloud {
    fn connect(&self, request: &CloudRequest<'_>) -> Result<Vec<Arc<dyn Provider>>, CloudError> {
        match request.cloud {
            crate::cloud::Cloud::Simulator => Ok(vec![self.0.clone()]),
            crate::cloud::Cloud::Azure => {
                Err(CloudError::new("no credential was found").with_hint("sign in with `az login`"))
            }
        }
    }
}

/// What a run printed, and how it ended.
#[derive(Debug)]
pub struct Ran {
    pub code: u8,
    pub out: String,
    pub err: String,
}

/// The world around the command line.
pub struct Bench {
    pub files: BTreeMap<PathBuf, String>,
    /// The files as they were at the commit `before`.
    pub before: BTreeMap<PathBuf, String>,
    pub programs: &'static [Program],
    pub cloud: MemoryCloud,
    pub store: Arc<dyn StateStore>,
    /// The same, when it is one in memory.
    pub memory: MemoryStore,
    pub clock: Arc<ManualClock>,
    pub terminal: Terminal,
    pub answer: Answer,
    /// Who runs it.
    pub who: &'static str,
    pub environment: BTreeMap<String, String>,
    pub fixed: Fixed<'static>,
    pub presses: watch::Sender<u32>,
    /// Which creation is never answered, and how often Ctrl-C is pressed then.
    pub hang: Option<(String, u32)>,
    /// Stands before the cloud.
    pub provider: Option<Arc<dyn Provider>>,
    /// The commands that are added.
    pub extra: Vec<Arc<dyn ExtraCommand>>,
    /// The stores that are added.
    pub backends: Vec<Arc<dyn crate::state::Backend>>,
    /// The working directories that states were looked for in.
    pub work_dirs: Arc<Mutex<Vec<PathBuf>>>,
    /// Saved plans.
    pub plans: Plans,
    /// What could not be written.
    pub recovery: Arc<MemoryRecovery>,
    pub random: Arc<SeededRandom>,
    pub keys: Arc<dyn KeyProvider>,
    /// Where states and their key are kept, when not in memory.
    pub disk: Option<PathBuf>,
}

impl Bench {
    pub fn new() -> Self {
        let project = "name: shop\nenvironments:\n  dev: {regions: [north, south]}\n";
        let files = [("/shop/atp.yaml", project), ("/shop/config/base.yaml", "shop:\n  password: hunter2\n")];
        let clock = Arc::new(ManualClock::default());
        let memory = MemoryStore::new(clock.clone());
        Bench {
            files: files.map(|(path, text)| (path.into(), text.to_owned())).into(),
            before: BTreeMap::new(),
            programs: &PROGRAMS,
            cloud: MemoryCloud::new("memory")
                .replacing("place")
                .with_outputs("Test.Front", Value::from([("address", "https://front".into())])),
            store: Arc::new(memory.clone()),
            memory,
            clock,
            terminal: Terminal::default(),
            answer: Answer::End,
            who: "anna",
            environment: BTreeMap::new(),
            fixed: Fixed { environment: Some("dev"), program: Some("shop") },
            presses: watch::Sender::new(0),
            hang: None,
            provider: None,
            extra: Vec::new(),
            backends: Vec::new(),
            work_dirs: Arc::default(),
            plans: Plans::default(),
            recovery: Arc::default(),
            disk: None,
            random: Arc::new(SeededRandom::new(1)),
            keys: Arc::new(KeyInClear),
        }
    }

    pub fn holder(&self, who: &str) -> Holder {
        let since = crate::ports::Clock::now(self.clock.as_ref());
        Holder { who: who.into(), host: "desk".into(), process: 7, operation: "up".into(), since }
    }

    fn provider(&self) -> Arc<dyn Provider> {
        let cloud = self.cloud.clone();
        if let Some(provider) = &self.provider {
            return provider.clone();
        }
        match &self.hang {
            None => Arc::new(cloud),
            Some((part, times)) => {
                Arc::new(Hanging { cloud, part: part.clone(), times: *times, presses: self.presses.clone() })
            }
        }
    }

    /// Runs a command line that is written as it would be typed, without the name of the binary.
    pub async fn run(&self, arguments: &str) -> Ran {
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let code = self.run_with(arguments, &mut out, &mut err).await;
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ran { code, out: text(out), err: text(err) }
    }

    pub async fn run_with(
        &self,
        arguments: &str,
        out: &mut (dyn std::io::Write + Send),
        err: &mut (dyn std::io::Write + Send),
    ) -> u8 {
        let arguments = std::iter::once("atp").chain(arguments.split_whitespace()).map(OsString::from);
        let application = Application::new(self.programs, Arc::new(OneCloud(self.provider())));
        let application = self.extra.iter().cloned().fold(application, Application::with_command);
        let application = self.backends.iter().cloned().fold(application, Application::with_backend);
        let store = self.store.clone();
        let storage = move |work_dir: &Path| {
            self.work_dirs.lock().unwrap().push(work_dir.to_owned());
            match &self.disk {
                None => Storage {
                    store: store.clone(),
                    keys: self.keys.clone(),
                    recovery: self.recovery.clone(),
                    presence: Presence::default(),
                },
                Some(folder) => Storage {
                    store: Arc::new(LocalStore::new(folder, self.clock.clone())),
                    keys: Arc::new(LocalKeyFile::new(folder.join("secret.key"), self.random.clone())),
                    recovery: self.recovery.clone(),
                    presence: Presence::default(),
                },
            }
        };
        let environment = |name: &str| self.environment.get(name).cloned();
        let ports = Ports {
            out,
            err,
            terminal: self.terminal,
            environment: &environment,
            current_dir: "/shop/deep".into(),
            files: &self.files,
            plans: &self.plans,
            revisions: self,
            holder: self.holder(self.who),
            ask: &mut || self.answer.clone(),
            presses: self.presses.subscribe(),
            storage: &storage,
            clock: self.clock.clone(),
            random: self.random.clone(),
        };
        Box::pin(application.execute(self.fixed, arguments, ports)).await
    }
}

/// Saved plans in memory.
#[derive(Default)]
pub struct Plans(pub Mutex<BTreeMap<PathBuf, Vec<u8>>>, Private);

/// Which of them only their owner can read.
type Private = Mutex<BTreeSet<PathBuf>>;

impl Plans {
    pub fn is_private(&self, path: &str) -> bool {
        self.1.lock().unwrap().contains(Path::new(path))
    }
}

impl PlanFiles for Plans {
    fn read(&self, path: &Path) -> std::io::Result<Option<Vec<u8>>> {
        Ok(self.0.lock().unwrap().get(path).cloned())
    }
    fn write(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        self.0.lock().unwrap().insert(path.to_owned(), bytes.to_vec());
        Ok(())
    }
    fn write_private(&self, path: &Path, bytes: &[u8]) -> std::io::Result<()> {
        self.1.lock().unwrap().insert(path.to_owned());
        self.write(path, bytes)
    }
    fn create_private(&self, path: &Path, bytes: &[u8]) -> std::io::Result<bool> {
        let is_new = !self.0.lock().unwrap().contains_key(path);
        if is_new {
            self.write(path, bytes)?;
        }
        Ok(is_new)
    }
}

impl Revisions for Bench {
    fn resolve(&self, _: &Path, commit: &str) -> Result<String, RevisionError> {
        match commit {
            "before" => Ok(commit.to_owned()),
            other => {
                Err(RevisionError { message: format!("no commit `{other}`"), hint: "fetch it".to_owned() })
            }
        }
    }
    fn changed(&self, _: &Path, _: &str) -> Result<Vec<PathBuf>, RevisionError> {
        let names: BTreeSet<&PathBuf> = self.files.keys().chain(self.before.keys()).collect();
        let differs = |name: &&PathBuf| self.files.get(*name) != self.before.get(*name);
        Ok(names.into_iter().filter(differs).cloned().collect())
    }
    fn read(&self, folder: &Path, _: &str, file: &Path) -> Result<Option<String>, RevisionError> {
        Ok(self.before.get(&folder.join(file)).cloned())
    }
}

/// The two texts are one; a difference is shown as both of them whole.
#[track_caller]
pub fn same(actual: &str, expected: &str) {
    assert!(actual == expected, "--- this was printed:\n{actual}\n--- this was expected:\n{expected}\n---");
}
