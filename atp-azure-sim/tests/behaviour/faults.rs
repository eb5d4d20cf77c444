use std::time::Duration;

use atp_azure_sim::{
    Fault, FaultAction, FaultScript, Glob, Method, PathPattern, Request, Response, Settings, Simulator,
    SimulatorError,
};
use serde_json::{Value, json};

use crate::support::{World, group, id, network, refused, with, world};

fn body() -> Value {
    json!({ "location": "westeurope" })
}

fn play(world: &World, script: &str) {
    world.simulator.play(FaultScript::parse(script, "faults.yaml").unwrap());
}

fn identity(number: usize) -> String {
    id(&format!("Microsoft.ManagedIdentity/userAssignedIdentities/name{number}"))
}

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_script_refuses_what_it_names_with_status_code_message_and_headers() {
    let world = world(0);
    play(
        &world,
        r#"
faults:
  - name: networks are busy
    method: put
    path: "**/virtualNetworks/*"
    skip: 1
    times: 2
    message: "{path} is busy."
    action: { refuse: { status: 503, code: ServerBusy, retry_after: 5, headers: { X-Ms-Test: "1" } } }
"#,
    );
    assert_eq!(world.put(&network(), body()).status, 201);
    assert_eq!(world.get(&network()).status, 200);
    for _ in 0..2 {
        let response = world.put(&network(), body());
        refused(&response, 503, "ServerBusy");
        assert_eq!(response.value()["error"]["message"], json!(format!("{} is busy.", network())));
        assert_eq!((response.header("retry-after"), response.header("x-ms-test")), (Some("5"), Some("1")));
        assert!(response.header("x-ms-request-id").is_some());
    }
    assert_eq!(world.put(&network(), body()).status, 200);
    assert_eq!(world.simulator.faults()["faults"], json!([]));
}

#[test]
fn json_is_a_script_too() {
    let world = world(0);
    play(&world, r#"{"faults":[{"path":"**/net","action":{"throttle":{"retry_after":7}}}]}"#);
    let response = world.get(&network());
    refused(&response, 429, "TooManyRequests");
    assert_eq!(response.header("retry-after"), Some("7"));
}

#[test]
fn chance_follows_from_the_seed() {
    let hits = |seed: u64| -> Vec<bool> {
        let world = world(0);
        play(
            &world,
            &format!(
                "seed: {seed}\nfaults: [{{ probability: 0.3, action: {{ throttle: {{ retry_after: 1 }} }} }}]"
            ),
        );
        (0..200).map(|_| world.get(&group("G")).status == 429).collect()
    };
    let first = hits(7);
    assert_eq!(first, hits(7));
    assert_ne!(first, hits(8));
    let count = first.iter().filter(|hit| **hit).count();
    assert!((40..80).contains(&count), "{count} of 200");
}

#[test]
fn a_fault_can_last_for_a_time_from_its_first_hit_on() {
    let world = world(0);
    let assignment = format!(
        "{}/providers/Microsoft.Authorization/roleAssignments/00000000-0000-4000-8000-000000000001",
        group("G")
    );
    play(
        &world,
        "faults: [{ method: PUT, path: '**/roleAssignments/*', action: { replication_delay: { seconds: 20 } } }]",
    );
    let assign =
        || world.put(&assignment, json!({ "properties": { "principalId": "p", "roleDefinitionId": "r" } }));
    world.time.pass(60 * SECOND);
    refused(&assign(), 400, "PrincipalNotFound");
    world.time.pass(19 * SECOND);
    refused(&assign(), 400, "PrincipalNotFound");
    world.time.pass(SECOND);
    assert_eq!(assign().status, 201);
}

#[test]
fn reads_after_a_write_can_show_what_was_there_before() {
    let world = world(0);
    play(&world, "faults: [{ path: '**/name1', action: { stale_reads: { seconds: 10 } } }]");
    let mut changed = body();
    changed["tags"] = json!({ "a": "b" });
    let tags = || world.get(&identity(1)).value()["tags"].clone();
    assert_eq!(world.put(&identity(1), body()).status, 201);
    refused(&world.get(&identity(1)), 404, "ResourceNotFound");
    assert_eq!(world.send(world.request(Method::Head, &identity(1).to_uppercase())).status, 404);
    world.time.pass(10 * SECOND);
    world.simulator.play(FaultScript::default());
    assert_eq!(tags(), Value::Null);
    play(&world, "faults: [{ path: '**/name1', times: 2, action: { stale_reads: { seconds: 10 } } }]");
    assert_eq!(world.put(&identity(1), changed).status, 200);
    assert_eq!(tags(), Value::Null);
    world.time.pass(10 * SECOND);
    assert_eq!(tags(), json!({ "a": "b" }));
}

#[test]
fn a_deleted_resource_can_still_be_read_for_a_while() {
    let world = world(0);
    world.put(&identity(1), body());
    play(&world, "faults: [{ method: DELETE, action: { stale_reads: { seconds: 10 } } }]");
    assert_eq!(world.delete(&identity(1)).status, 200);
    assert_eq!(world.get(&identity(1)).status, 200);
    world.time.pass(10 * SECOND);
    refused(&world.get(&identity(1)), 404, "ResourceNotFound");
}

#[test]
fn an_operation_can_fail_or_be_canceled_after_it_was_accepted() {
    for (action, status, code) in [
        ("fail_operation: { status: 409, code: SkuNotAvailable }", "Failed", "SkuNotAvailable"),
        ("cancel_operation", "Canceled", "OperationCanceled"),
    ] {
        let world = world(10);
        let action = if action.contains(':') { format!("{{ {action} }}") } else { action.to_owned() };
        play(&world, &format!("faults: [{{ method: PUT, action: {action} }}]"));
        let response = world.put(&network(), body());
        assert_eq!(response.status, 201);
        world.time.pass(10 * SECOND);
        let ended = world.follow(response.header("azure-asyncoperation").unwrap()).value();
        assert_eq!((&ended["status"], &ended["error"]["code"]), (&json!(status), &json!(code)));
    }
}

#[test]
fn a_connection_can_break_before_or_after_the_work() {
    let world = world(0);
    play(
        &world,
        "faults: [{ method: PUT, times: 1, action: disconnect }, { method: PUT, times: 1, action: lose_response }]",
    );
    let put = || world.simulator.handle(&world.request(Method::Put, &group("H")).with_json(&body()));
    assert!(matches!(put(), Err(SimulatorError::Disconnected)));
    assert_eq!(world.get(&group("H")).status, 404);
    assert!(matches!(put(), Err(SimulatorError::ResponseLost)));
    assert_eq!(world.get(&group("H")).status, 200);
}

#[test]
fn a_scope_can_be_as_if_locked() {
    let world = world(0);
    world.put(&network(), body());
    play(&world, "faults: [{ method: DELETE, times: 1, action: scope_locked }]");
    let response = world.delete(&network());
    refused(&response, 409, "ScopeLocked");
    let message = response.value()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains(&format!("'{}' cannot perform delete operation", network())), "{message}");
}

#[test]
fn a_list_can_begin_with_an_empty_page() {
    let world = world(0);
    world.put(&network(), body());
    play(&world, "faults: [{ times: 1, action: empty_page }]");
    let list = id("Microsoft.Network/virtualNetworks");
    let first = world.get(&list).value();
    assert_eq!(first["value"], json!([]));
    assert_eq!(world.follow(first["nextLink"].as_str().unwrap()).value()["value"][0]["name"], "net");
}

#[test]
fn an_answer_can_come_late() {
    let world = world(0);
    play(&world, "faults: [{ times: 1, action: { delay: { seconds: 1.5 } } }]");
    let response = world.get(&group("G"));
    assert_eq!((response.status, response.delay), (200, Duration::from_millis(1500)));
    assert_eq!(world.get(&group("G")).delay, Duration::ZERO);
}

#[test]
fn faults_can_be_made_in_code_with_the_same_means() {
    let world = world(0);
    let like = Glob::new("**/virtualNetworks/*").unwrap();
    let fault = Fault {
        path: PathPattern::Like(like),
        times: usize::MAX,
        lasting: Some(5 * SECOND),
        ..Fault::next(Method::Get, "", FaultAction::throttle(1))
    };
    world.simulator.inject(fault);
    refused(&world.get(&network()), 429, "TooManyRequests");
    refused(&world.get(&network()), 429, "TooManyRequests");
    world.time.pass(5 * SECOND);
    refused(&world.get(&network()), 404, "ResourceNotFound");
}

#[test]
fn a_script_that_cannot_be_used_is_told_with_the_place() {
    let problem = |text: &str| FaultScript::parse(text, "faults.yaml").unwrap_err().to_string();
    let cases = [
        ("faults:\n  - action: explode\n", "line 2", "explode"),
        ("faults:\n  - method: FETCH\n    action: disconnect\n", "line 2", "`FETCH` is not GET"),
        ("faults:\n  - probability: 2\n    action: disconnect\n", "line 2", "2 is not a probability"),
        ("faults:\n  - action: { refuse: { status: 200, code: A } }\n", "line 2", "200 is not the status"),
        ("faults:\n  - action: { refuse: { status: 500 } }\n", "line 2", "code"),
        ("faults:\n  - action: disconnect\n    tmies: 3\n", "line 3", "tmies"),
        ("faults:\n  - action: { delay: { seconds: -1 } }\n", "line 2", "-1 is not a number of seconds"),
        ("faults:\n  - path: ''\n    action: disconnect\n", "line 2", "it is empty"),
        ("faults: [", "line 1", ""),
        ("", "", "faults"),
    ];
    for (script, place, reason) in cases {
        let problem = problem(script);
        let told =
            problem.starts_with("faults.yaml: ") && problem.contains(place) && problem.contains(reason);
        assert!(told, "{script:?}: {problem}");
    }
}

fn control(simulator: &Simulator, method: Method, what: &str, body: &str) -> Response {
    let mut request = Request::new(method, &format!("/_simulator/{what}"));
    request.body = body.as_bytes().to_vec();
    simulator.handle(&request).unwrap()
}

#[test]
fn faults_are_set_shown_and_removed_by_requests_to_the_simulator() {
    let world = world(0);
    world.simulator.configure(|settings| settings.require_token = true);
    world.simulator.forget_requests();
    let script = "faults: [{ name: no network, times: 3, action: disconnect }]";
    let shown = control(&world.simulator, Method::Put, "faults", script).value();
    let expected = json!([{
        "name": "no network", "action": "disconnect", "method": "any", "path": "**", "hits": 0, "left": 3,
    }]);
    assert_eq!(shown["faults"], expected);
    assert!(world.simulator.handle(&world.request(Method::Get, &group("G"))).is_err());
    assert_eq!(control(&world.simulator, Method::Get, "faults", "").value()["faults"][0]["hits"], 1);
    let added = control(&world.simulator, Method::Post, "faults", script).value();
    assert_eq!(added["faults"].as_array().unwrap().len(), 2);
    let refusal = control(&world.simulator, Method::Put, "faults", "faults: 3");
    refused(&refusal, 400, "InvalidScript");
    assert_eq!(control(&world.simulator, Method::Delete, "faults", "").value()["faults"], json!([]));
    refused(&world.get(&group("G")), 401, "AuthenticationFailed");
    refused(&control(&world.simulator, Method::Get, "nothing", ""), 404, "NotFound");
    assert_eq!(world.simulator.requests().len(), 2, "its own requests are not in the log");
}

#[test]
fn operations_take_as_long_as_the_profile_says() {
    let world = world(0);
    let profile =
        r#"{"operations":[{"type":"Microsoft.Network/*","when":"create","seconds":30,"spread":0.5}]}"#;
    assert_eq!(control(&world.simulator, Method::Put, "latency", profile).status, 200);
    let duration = |world: &World, name: &str| {
        let path = id(&format!("Microsoft.Network/virtualNetworks/{name}"));
        let url = world.put(&path, body()).header("azure-asyncoperation").unwrap().to_owned();
        (0..).find(|_| {
            let ended = world.follow(&url).value()["status"] == "Succeeded";
            world.time.pass(if ended { Duration::ZERO } else { SECOND });
            ended
        })
    };
    let names = ["a", "b", "c", "d"];
    let durations: Vec<i32> = names.iter().map(|name| duration(&world, name).unwrap()).collect();
    assert!(durations.iter().all(|seconds| (15..=45).contains(seconds)), "{durations:?}");
    assert!(durations.iter().any(|seconds| *seconds != durations[0]), "{durations:?}");
    let update = world.put(&network().replace("net", "a"), body());
    let url = update.header("azure-asyncoperation").map(str::to_owned);
    assert!(url.is_none_or(|url| world.follow(&url).value()["status"] == "Succeeded"));
    assert_eq!(
        control(&world.simulator, Method::Put, "latency", "instant").value(),
        json!({ "operations": [] })
    );
    assert_eq!(duration(&world, "e"), Some(0));
    let realistic = control(&world.simulator, Method::Put, "latency", "realistic").value();
    assert!(realistic["operations"].as_array().unwrap().len() > 20);
    refused(&control(&world.simulator, Method::Put, "latency", "sometimes"), 400, "InvalidScript");
}

#[test]
fn the_same_seed_gives_the_same_durations() {
    let ends = |seed: u64| {
        let latency = atp_azure_sim::Latency::named("realistic").unwrap();
        let world = with(Settings { seed, latency, ..Settings::default() });
        world.put(&network(), body());
        let created =
            |world: &World| world.get(&network()).value()["properties"]["provisioningState"] == "Succeeded";
        let step = Duration::from_millis(50);
        (0..1000).find(|_| {
            world.time.pass(step);
            created(&world)
        })
    };
    assert_eq!(ends(1), ends(1));
    assert_ne!(ends(1), ends(2));
}
