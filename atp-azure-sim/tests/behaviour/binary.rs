use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use serde_json::{Value, json};

use crate::support::SUBSCRIPTION;

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atp-azure-sim"));
    command.current_dir(folder).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A running server, which ends with this.
struct Server {
    process: Child,
    url: String,
    client: reqwest::Client,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Server {
    fn start(folder: &Path, arguments: &[&str]) -> Server {
        let mut process =
            command(folder, &["--port", "0", "--ca-file", "ca.pem"]).args(arguments).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let authority = std::fs::read(folder.join("ca.pem")).unwrap();
        let authority = reqwest::Certificate::from_pem(&authority).unwrap();
        let client = reqwest::Client::builder().tls_certs_only([authority]).build().unwrap();
        Server { process, url: url.trim().to_owned(), client }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> (u16, Value) {
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null))
    }

    async fn token(&self) -> String {
        let tenant = atp_azure_sim::Settings::default().tenant;
        let url = format!("{}/{tenant}/oauth2/v2.0/token", self.url);
        let form = "grant_type=client_credentials&client_id=somebody&client_secret=x";
        let (_, body) = self.send(self.client.post(url).body(form)).await;
        body["access_token"].as_str().unwrap().to_owned()
    }

    async fn put_group(&self, name: &str) -> (u16, Value) {
        let url = format!("{}{SUBSCRIPTION}/resourcegroups/{name}?api-version=2025-04-01", self.url);
        let request = self.client.put(url).bearer_auth(self.token().await);
        self.send(request.body(json!({ "location": "westeurope" }).to_string())).await
    }
}

#[tokio::test]
async fn the_server_keeps_its_state_and_plays_the_faults_of_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let faults =
        "faults: [{ method: PUT, path: '**/b', times: 1, action: { throttle: { retry_after: 1 } } }]";
    std::fs::write(folder.path().join("faults.yaml"), faults).unwrap();
    let arguments = ["--state", "cloud", "--faults", "faults.yaml", "--latency", "realistic", "--seed", "7"];
    let server = Server::start(folder.path(), &arguments);
    assert_eq!(server.put_group("a").await.0, 201);
    assert_eq!(server.put_group("b").await.0, 429);
    assert_eq!(server.put_group("b").await.0, 201);
    let faults = format!("{}/_simulator/faults", server.url);
    let (status, shown) = server.send(server.client.get(&faults)).await;
    assert_eq!((status, shown), (200, json!({ "seed": 7, "faults": [] })));
    let (status, shown) = server.send(server.client.put(&faults).body("faults: 3")).await;
    assert_eq!((status, &shown["error"]["code"]), (400, &json!("InvalidScript")));
    let latency = format!("{}/_simulator/latency", server.url);
    let (_, shown) = server.send(server.client.get(&latency)).await;
    assert!(shown["operations"].as_array().unwrap().len() > 20);
    drop(server);
    let again = Server::start(folder.path(), &["--state", "cloud"]);
    assert_eq!(again.put_group("a").await.0, 200);
}

fn fails(arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("bad.yaml"), "faults:\n  - action: explode\n").unwrap();
    let Output { status, stderr, .. } = command(folder.path(), arguments).output().unwrap();
    assert_eq!(status.code(), Some(1), "{arguments:?}");
    String::from_utf8(stderr).unwrap()
}

#[test]
fn a_file_that_cannot_be_used_is_one_clear_message() {
    let text = fails(&["--port", "0", "--faults", "bad.yaml"]);
    assert!(text.starts_with("error: bad.yaml: ") && text.contains("line 2"), "{text}");
    let text = fails(&["--port", "0", "--faults", "missing.yaml"]);
    assert!(text.starts_with("error: cannot read missing.yaml: "), "{text}");
    let text = fails(&["--port", "0", "--latency", "sometimes"]);
    assert!(text.contains("cannot read sometimes") && text.contains("instant and realistic"), "{text}");
    let text = fails(&["--port", "0", "--state", "bad.yaml"]);
    assert!(text.contains("bad.yaml"), "{text}");
}
