//! The simulator as the transport of `azure_core`: its pipeline, with retry and authorization, in the same process.

use std::sync::Arc;

use async_trait::async_trait;
use azure_core::error::{Error, ErrorKind};
use azure_core::http::headers::Headers;
use azure_core::http::{AsyncRawResponse, Body, HttpClient, StatusCode, Transport};

use crate::message::{Method, Request, Response};
use crate::simulator::{Simulator, SimulatorError};

/// An HTTP client that reaches nothing but a simulator.
#[derive(Debug, Clone)]
pub struct SimulatorClient {
    simulator: Simulator,
}

impl Simulator {
    /// A transport for the pipeline of `azure_core`, in the same process.
    pub fn transport(&self) -> Transport {
        Transport::new(Arc::new(self.client()))
    }

    /// What is behind [`Simulator::transport`], for transports that do more with requests than to pass them on. A request
    /// reaches the cloud when the future of it is first polled.
    pub fn client(&self) -> SimulatorClient {
        SimulatorClient { simulator: self.clone() }
    }
}

#[async_trait]
impl HttpClient for SimulatorClient {
    async fn execute_request(
        &self,
        request: &azure_core::http::Request,
    ) -> azure_core::Result<AsyncRawResponse> {
        let request = incoming(request)?;
        let response = self.simulator.handle(&request).map_err(|error| match error {
            SimulatorError::Disconnected => Error::new(ErrorKind::Connection, error),
            SimulatorError::ResponseLost => Error::new(ErrorKind::Io, error),
            // A full disk does not become empty by waiting: clients must not try again.
            SimulatorError::Persistence(_) => Error::new(ErrorKind::Other, error),
        })?;
        if !response.delay.is_zero() {
            tokio::time::sleep(response.delay).await;
        }
        Ok(outgoing(response))
    }
}

fn incoming(request: &azure_core::http::Request) -> azure_core::Result<Request> {
    let name = request.method().to_string();
    let method = Method::parse(&name).ok_or_else(|| {
        Error::with_message(
            ErrorKind::DataConversion,
            format!("the simulator does not know the method {name}"),
        )
    })?;
    let body = match request.body() {
        Body::Bytes(bytes) => bytes.to_vec(),
        Body::SeekableStream(_) => {
            return Err(Error::with_message(
                ErrorKind::DataConversion,
                "the simulator does not read streams",
            ));
        }
    };
    let url = request.url();
    let mut headers: Vec<(String, String)> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.as_str().to_ascii_lowercase(), value.as_str().to_owned()))
        .collect();
    if !headers.iter().any(|(name, _)| name == "host") {
        let host = url.host_str().unwrap_or("management.azure.com");
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        headers.push(("host".to_owned(), format!("{host}{port}")));
    }
    let query = url.query_pairs().map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
    Ok(Request { method, path: url.path().to_owned(), query, headers, body })
}

fn outgoing(response: Response) -> AsyncRawResponse {
    let mut headers = Headers::new();
    for (name, value) in response.headers {
        headers.insert(name, value);
    }
    AsyncRawResponse::from_bytes(StatusCode::from(response.status), headers, response.body)
}
