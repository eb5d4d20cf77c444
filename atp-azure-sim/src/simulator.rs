//! A cloud that threads and processes share, with persistence, a log of requests and injected faults.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use atp_azure::descriptor::TypeDescriptor;
use serde_json::Value;
use time::OffsetDateTime;

use crate::clock::Clock;
use crate::cloud::Cloud;
use crate::control;
use crate::faults::stale::StaleReads;
use crate::faults::{Fault, FaultAction, FaultScript, Faults};
use crate::message::{Method, Request, Response};
use crate::persistence::{Disk, PersistenceError};
use crate::settings::Settings;
use crate::tokens;

/// Why a request got no answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SimulatorError {
    /// The state on disk cannot be used. Nothing was done.
    #[error("the state of the simulated cloud cannot be used")]
    Persistence(#[from] PersistenceError),
    /// The simulator is disconnected, or a fault said so. Nothing was done.
    #[error("the simulated cloud is not connected")]
    Disconnected,
    /// A fault said so. The request was done.
    #[error("the connection to the simulated cloud was lost before the response")]
    ResponseLost,
}

/// An answered request, in the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// The method.
    pub method: Method,
    /// The path as sent.
    pub path: String,
    /// The status code of the answer; zero when there was none.
    pub status: u16,
}

/// A handle to a simulated cloud; clones share it.
#[derive(Debug, Clone)]
pub struct Simulator {
    shared: Arc<Mutex<Shared>>,
    pub(crate) clock: Arc<dyn Clock>,
}

#[derive(Debug)]
pub(crate) struct Shared {
    cloud: Cloud,
    disk: Option<Disk>,
    pub(crate) faults: Faults,
    pub(crate) stale: StaleReads,
    pub(crate) connected: bool,
    /// The requests, unless nobody wants to know.
    log: Option<Vec<Answered>>,
}

impl Simulator {
    /// An empty cloud that lives as long as its handles.
    pub fn in_memory(
        descriptors: &[&'static TypeDescriptor],
        settings: Settings,
        clock: Arc<dyn Clock>,
    ) -> Simulator {
        Simulator::with(Cloud::new(descriptors, settings), None, clock)
    }

    /// The cloud that is kept in `folder`, which is created when it is missing. Other processes may use it at the same
    /// time; a process may be killed at any instant.
    pub fn open(
        folder: &Path,
        descriptors: &[&'static TypeDescriptor],
        settings: Settings,
        clock: Arc<dyn Clock>,
    ) -> Result<Simulator, SimulatorError> {
        let disk = Disk::open(folder, settings.compact_after_bytes)?;
        let simulator = Simulator::with(Cloud::new(descriptors, settings), Some(disk), clock);
        simulator.on_current(|_| ())?;
        Ok(simulator)
    }

    fn with(cloud: Cloud, disk: Option<Disk>, clock: Arc<dyn Clock>) -> Simulator {
        let faults = Faults::seeded(cloud.settings.seed);
        let shared = Shared {
            cloud,
            disk,
            faults,
            stale: StaleReads::default(),
            connected: true,
            log: Some(Vec::new()),
        };
        Simulator { shared: Arc::new(Mutex::new(shared)), clock }
    }

    pub(crate) fn shared(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Does `work` on the cloud as it is on disk now, and writes what it changed.
    pub(crate) fn on_current<T>(&self, work: impl FnOnce(&mut Cloud) -> T) -> Result<T, SimulatorError> {
        let mut shared = self.shared();
        let Shared { cloud, disk, .. } = &mut *shared;
        let Some(disk) = disk else { return Ok(work(cloud)) };
        disk.lock()?;
        let done = disk.load(cloud).and_then(|()| {
            cloud.store.forget_changes();
            let done = work(cloud);
            disk.append(cloud).map(|()| done)
        });
        let unlocked = disk.unlock();
        let done = done?;
        unlocked?;
        Ok(done)
    }

    /// Answers a request at the instant that the clock says.
    pub fn handle(&self, request: &Request) -> Result<Response, SimulatorError> {
        if let Some(response) = control::answer(self, request) {
            return Ok(response);
        }
        let outcome = self.answer(request);
        let status = outcome.as_ref().map_or(0, |response| response.status);
        if let Some(log) = &mut self.shared().log {
            log.push(Answered { method: request.method, path: request.path.clone(), status });
        }
        outcome
    }

    /// The tenant of the subscriptions.
    pub(crate) fn tenant(&self) -> String {
        self.shared().cloud.settings.tenant.clone()
    }

    /// The instant that the clock says.
    pub(crate) fn now(&self) -> OffsetDateTime {
        self.clock.now()
    }

    /// A bearer token for the service principal of an application, by client id, in the simulator's own tenant. It is
    /// good for an hour, and belongs into the header `authorization` as `Bearer {token}`.
    pub fn token(&self, client: &str) -> String {
        tokens::issue(&self.tenant(), client, self.now())
    }

    /// The object id of that service principal, to which roles are assigned.
    pub fn principal(client: &str) -> String {
        tokens::object_id(client)
    }

    /// Adds the headers that every answer has to one that the cloud did not give.
    pub(crate) fn with_headers(&self, request: &Request, response: Response) -> Response {
        let now = self.clock.now();
        let mut shared = self.shared();
        shared.cloud.with_headers_at(request, response, now)
    }

    /// The resources that GET would show, by id.
    pub fn resources(&self) -> Result<Vec<(String, Value)>, SimulatorError> {
        let now = self.clock.now();
        self.on_current(|cloud| {
            cloud.advance_to(now);
            cloud.resources()
        })
    }

    /// Whether the cloud holds nothing.
    pub fn is_empty(&self) -> Result<bool, SimulatorError> {
        let now = self.clock.now();
        self.on_current(|cloud| {
            cloud.advance_to(now);
            cloud.is_empty()
        })
    }

    /// The requests to this handle and its clones, in order.
    pub fn requests(&self) -> Vec<Answered> {
        self.shared().log.clone().unwrap_or_default()
    }

    /// How many requests of a method went to paths that contain `path_contains`, without regard to case.
    pub fn count(&self, method: Method, path_contains: &str) -> usize {
        let wanted = path_contains.to_ascii_lowercase();
        let shared = self.shared();
        let hits = shared.log.iter().flatten().filter(|answered| {
            answered.method == method && answered.path.to_ascii_lowercase().contains(&wanted)
        });
        hits.count()
    }

    /// Empties the log of requests.
    pub fn forget_requests(&self) {
        if let Some(log) = &mut self.shared().log {
            log.clear();
        }
    }

    /// Stops the log of requests, for simulators that run for long.
    pub fn keep_no_log(&self) {
        self.shared().log = None;
    }

    /// The next `times` requests of this method on such paths are refused, and nothing is done.
    pub fn fail_next(&self, method: Method, path_contains: &str, status: u16, code: &str, times: usize) {
        let action = FaultAction::Refuse { status, code: code.to_owned(), headers: Vec::new() };
        self.inject(Fault { times, ..Fault::next(method, path_contains, action) });
    }

    /// Adds a fault.
    pub fn inject(&self, fault: Fault) {
        self.shared().faults.add(fault);
    }

    /// Replaces all faults by those of a script.
    pub fn play(&self, script: FaultScript) {
        let mut shared = self.shared();
        let seed = script.seed.unwrap_or(shared.cloud.settings.seed);
        shared.faults = Faults::seeded(seed);
        shared.stale = StaleReads::default();
        script.faults.into_iter().for_each(|fault| shared.faults.add(fault));
    }

    /// The faults that can still hit, for people and programs: name, action, method, path, how often each has hit, and
    /// how often it still can.
    pub fn faults(&self) -> Value {
        self.shared().faults.shown()
    }

    /// From now on every request fails as if there were no network.
    pub fn disconnect(&self) {
        self.shared().connected = false;
    }

    /// Ends what [`Simulator::disconnect`] began.
    pub fn reconnect(&self) {
        self.shared().connected = true;
    }

    /// Changes the settings, for all handles of this process.
    pub fn configure(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.shared().cloud.settings);
    }
}
