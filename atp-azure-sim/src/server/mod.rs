//! The simulator over HTTPS, on loopback only, for clients outside of the process.

mod directory;
mod sign_in;
mod tls;

use std::io;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::errors::ApiError;
use crate::message::{Method, Request, Response};
use crate::simulator::{Simulator, SimulatorError};

pub use tls::{Tls, TlsError};

/// ARM refuses bodies that are longer than this.
const LONGEST_BODY: usize = 8 << 20;

/// Answers on `listener`, which is on loopback, until the task is dropped. Every request but those for signing in needs
/// a bearer token, such as the simulator gives to everybody who signs in.
pub async fn serve(simulator: Simulator, listener: TcpListener, tls: &Tls) -> io::Result<()> {
    let address = listener.local_addr()?;
    if !address.ip().is_loopback() {
        let message = format!("the simulator answers on loopback only, and {address} is not");
        return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
    }
    simulator.configure(|settings| settings.require_token = true);
    let acceptor = tls.acceptor();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                tokio::spawn(connection(simulator.clone(), acceptor.clone(), stream));
            }
            // Nobody waits for a connection that was reset before it was accepted.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
            Err(error) => return Err(error),
        }
    }
}

async fn connection(simulator: Simulator, acceptor: TlsAcceptor, stream: TcpStream) {
    let Ok(stream) = acceptor.accept(stream).await else { return };
    let service = service_fn(move |request| answer(simulator.clone(), request));
    // An error here is a client that went away, or a fault that closes the connection.
    let _ = hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
}

/// Closes the connection without an answer.
#[derive(Debug, thiserror::Error)]
#[error("the connection is closed without an answer")]
struct Closed;

type Outgoing = hyper::Response<Full<Bytes>>;

async fn answer(simulator: Simulator, request: hyper::Request<Incoming>) -> Result<Outgoing, Closed> {
    let request = match incoming(request).await {
        Ok(request) => request,
        Err(error) => return outgoing(error.response()),
    };
    if let Some(response) = sign_in::answer(&request, &simulator) {
        return outgoing(response);
    }
    let handled = tokio::task::spawn_blocking(move || {
        directory::answer(&request, &simulator).unwrap_or_else(|| simulator.handle(&request))
    });
    let handled = handled.await;
    match handled {
        Ok(Ok(response)) => {
            if !response.delay.is_zero() {
                tokio::time::sleep(response.delay).await;
            }
            outgoing(response)
        }
        Ok(Err(SimulatorError::Persistence(error))) => {
            let problem = std::error::Error::source(&error).map(|source| format!(": {source}"));
            let message = format!("{error}{}", problem.unwrap_or_default());
            outgoing(ApiError::new(500, "InternalServerError", message).response())
        }
        Ok(Err(_)) | Err(_) => Err(Closed),
    }
}

async fn incoming(request: hyper::Request<Incoming>) -> Result<Request, ApiError> {
    let (parts, body) = request.into_parts();
    let Some(method) = Method::parse(parts.method.as_str()) else {
        return Err(ApiError::method_not_allowed(parts.uri.path()));
    };
    let target = parts.uri.path_and_query().map_or("/", |target| target.as_str());
    let mut incoming = Request::new(method, target);
    for (name, value) in &parts.headers {
        incoming = incoming.with_header(name.as_str(), &String::from_utf8_lossy(value.as_bytes()));
    }
    let body = Limited::new(body, LONGEST_BODY).collect().await.map_err(|_| {
        ApiError::new(
            413,
            "RequestContentTooLarge",
            format!("The request is longer than {LONGEST_BODY} bytes."),
        )
    })?;
    incoming.body = body.to_bytes().to_vec();
    Ok(incoming)
}

fn outgoing(response: Response) -> Result<Outgoing, Closed> {
    let mut builder = hyper::Response::builder().status(response.status);
    for (name, value) in &response.headers {
        builder = builder.header(name, value);
    }
    builder.body(Full::new(Bytes::from(response.body))).map_err(|_| Closed)
}
