//! The network between a process of the engine and the simulated cloud. Requests and answers take their time; what is
//! under way when the process is killed may arrive or not.

use crate::checks::Mandate;
use crate::life::{Doom, Life, Moment};
use crate::stage::{Stage, lock};
use crate::trace::name_of;
use async_trait::async_trait;
use atp_azure_sim::SimulatorClient;
use azure_core::http::{AsyncRawResponse, Body, HttpClient, Request, Transport};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::time::Duration;

/// The network of one process.
pub(crate) struct Network {
    pub stage: Arc<Stage>,
    pub life: Arc<Life>,
    pub mandate: Arc<Mandate>,
    pub cloud: SimulatorClient,
    pub process: u32,
}

impl std::fmt::Debug for Network {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Network of process {}", self.process)
    }
}

impl Network {
    pub fn transport(self) -> Transport {
        Transport::new(Arc::new(self))
    }

    fn delay(&self) -> Duration {
        let mut weather = lock(&self.stage.weather);
        let most = weather.latency.max(1);
        Duration::from_millis(1 + weather.dice.below(most))
    }

    /// The cloud gets a request and answers it, both at this instant; a late answer is still to come.
    fn deliver<'a>(&'a self, request: &'a Request) -> Answering<'a> {
        self.mandate.check(&self.stage, request);
        let mut coming = self.cloud.execute_request(request);
        let answer = coming.as_mut().now_or_never();
        let said = match &answer {
            Some(Ok(response)) => u16::from(response.status()).to_string(),
            Some(Err(error)) => error.kind().to_string(),
            None => "late".to_owned(),
        };
        let body = match request.body() {
            Body::Bytes(bytes) if !bytes.is_empty() => format!(" {}", name_of(bytes)),
            _ => String::new(),
        };
        let (process, method, url) = (self.process, request.method(), request.url());
        let query = url.query().unwrap_or_default();
        self.stage.note(&format!("{process} {method} {}?{query}{body} -> {said}", url.path()));
        match answer {
            Some(answer) => futures::future::ready(answer).boxed(),
            None => coming,
        }
    }
}

type Answering<'a> = BoxFuture<'a, azure_core::Result<AsyncRawResponse>>;

/// A request that did not reach the cloud yet. When the process is killed, nobody can say whether it does.
struct UnderWay<'n> {
    network: &'n Network,
    request: &'n Request,
    arrived: bool,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        if !self.arrived && lock(&self.network.stage.weather).dice.one_in(2) {
            self.network.stage.note("arrives after its sender is gone:");
            // Nobody waits for the answer.
            drop(self.network.deliver(self.request));
        }
    }
}

#[async_trait]
impl HttpClient for Network {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let number = self.life.next_request();
        let mut under_way = UnderWay { network: self, request, arrived: false };
        tokio::time::sleep(self.delay()).await;
        if self.life.reach(Doom::Request(number, Moment::Before)) {
            futures::future::pending::<()>().await;
        }
        under_way.arrived = true;
        let answer = self.deliver(request);
        if self.life.reach(Doom::Request(number, Moment::After)) {
            futures::future::pending::<()>().await;
        }
        tokio::time::sleep(self.delay()).await;
        answer.await
    }
}
