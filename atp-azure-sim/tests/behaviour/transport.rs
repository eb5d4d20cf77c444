use atp_azure_sim::{Answered, Fault, FaultAction, Method as Verb, Settings};
use azure_core::error::ErrorKind;
use azure_core::http::{ClientOptions, Context, Method, Pipeline, RawResponse, Request, RetryOptions, Url};
use serde_json::json;

use crate::support::{World, group, with};

struct Client {
    pipeline: Pipeline,
}

impl Client {
    fn new(world: &World, retry: RetryOptions) -> Client {
        let options =
            ClientOptions { transport: Some(world.simulator.transport()), retry, ..ClientOptions::default() };
        let pipeline = Pipeline::new(Some("tests"), Some("0"), options, Vec::new(), Vec::new(), None);
        Client { pipeline }
    }

    async fn put_group(&self, name: &str) -> azure_core::Result<RawResponse> {
        let url = format!("https://management.azure.com{}?api-version=2025-04-01", group(name));
        let mut request = Request::new(Url::parse(&url).unwrap(), Method::Put);
        request.set_json(&json!({ "location": "westeurope" })).unwrap();
        self.pipeline.send(&Context::new(), &mut request, None).await
    }
}

fn fast() -> World {
    with(Settings { retry_after_milliseconds: Some(0), ..Settings::default() })
}

#[tokio::test]
async fn the_pipeline_of_azure_core_talks_to_the_simulator() {
    let world = fast();
    let client = Client::new(&world, RetryOptions::none());
    assert_eq!(u16::from(client.put_group("A").await.unwrap().status()), 201);
    world.simulator.fail_next(Verb::Put, "/resourcegroups/b", 409, "Conflict", 1);
    let error = client.put_group("B").await.unwrap_err();
    assert!(
        matches!(error.kind(), ErrorKind::HttpResponse { error_code: Some(code), .. } if code == "Conflict")
    );
    assert_eq!(u16::from(client.put_group("B").await.unwrap().status()), 201);
    let last = Answered { method: Verb::Put, path: group("B"), status: 201 };
    assert_eq!(world.simulator.requests().last(), Some(&last));
    assert_eq!(world.simulator.count(Verb::Put, "/resourceGroups/B"), 2);
}

#[tokio::test]
async fn azure_core_retries_what_is_refused_for_now() {
    let world = fast();
    let client = Client::new(&world, RetryOptions::default());
    let headers = vec![("x-ms-retry-after-ms".to_owned(), "0".to_owned())];
    let action = FaultAction::Refuse { status: 429, code: "TooManyRequests".to_owned(), headers };
    world.simulator.inject(Fault::next(Verb::Put, "", action));
    assert_eq!(u16::from(client.put_group("A").await.unwrap().status()), 201);
    assert_eq!(world.simulator.count(Verb::Put, "/A"), 2);
}

#[tokio::test]
async fn without_a_connection_nothing_is_done_and_a_lost_response_is_done() {
    let world = fast();
    let client = Client::new(&world, RetryOptions::none());
    world.simulator.disconnect();
    assert_eq!(client.put_group("A").await.unwrap_err().kind(), &ErrorKind::Connection);
    world.simulator.reconnect();
    world.simulator.inject(Fault::next(Verb::Put, "", FaultAction::LoseResponse));
    assert_eq!(client.put_group("B").await.unwrap_err().kind(), &ErrorKind::Io);
    let ids: Vec<String> = world.simulator.resources().unwrap().into_iter().map(|(id, _)| id).collect();
    assert_eq!(ids, [group("B"), group("G")]);
}
