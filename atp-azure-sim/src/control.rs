//! The simulator's own requests, under `/_simulator/`, which no path of Resource Manager starts with. They need no token, and
//! faults do not hit them.
//!
//! | request | what it does |
//! | --- | --- |
//! | `GET /_simulator/faults` | shows the faults that can still hit |
//! | `PUT /_simulator/faults` | replaces them by those of a script, in YAML or JSON |
//! | `POST /_simulator/faults` | adds those of a script |
//! | `DELETE /_simulator/faults` | removes all |
//! | `GET /_simulator/latency` | shows how long operations take, by type |
//! | `PUT /_simulator/latency` | takes the name of a profile, or a profile in YAML or JSON |

use serde_json::json;

use crate::errors::{Answer, ApiError};
use crate::faults::{FaultScript, ScriptError};
use crate::latency::Latency;
use crate::message::{Method, Request, Response};
use crate::simulator::Simulator;

/// The answer, when this is such a request.
pub(crate) fn answer(simulator: &Simulator, request: &Request) -> Option<Response> {
    let path = request.path.strip_prefix("/_simulator")?;
    if !path.is_empty() && !path.starts_with('/') {
        return None;
    }
    let answer = match path.trim_matches('/') {
        "faults" => faults(simulator, request),
        "latency" => latency(simulator, request),
        _ => {
            let message = "The simulator has /_simulator/faults and /_simulator/latency.";
            Err(ApiError::new(404, "NotFound", message))
        }
    };
    let response = answer.unwrap_or_else(|error| error.response());
    Some(simulator.with_headers(request, response))
}

fn faults(simulator: &Simulator, request: &Request) -> Answer<Response> {
    match request.method {
        Method::Get => {}
        Method::Put => simulator.play(script(request)?),
        Method::Post => script(request)?.faults.into_iter().for_each(|fault| simulator.inject(fault)),
        Method::Delete => simulator.play(FaultScript::default()),
        Method::Head | Method::Patch => return Err(ApiError::method_not_allowed(&request.path)),
    }
    Ok(Response::json(200, &simulator.faults()))
}

fn script(request: &Request) -> Answer<FaultScript> {
    FaultScript::parse(&text(request), "the script").map_err(refused)
}

fn latency(simulator: &Simulator, request: &Request) -> Answer<Response> {
    match request.method {
        Method::Get => {}
        Method::Put => {
            let text = text(request);
            let name = text.trim().trim_matches('"');
            let latency = match Latency::named(name) {
                Some(latency) => latency,
                None => Latency::parse(&text, "the profile").map_err(refused)?,
            };
            simulator.configure(|settings| settings.latency = latency);
        }
        _ => return Err(ApiError::method_not_allowed(&request.path)),
    }
    let mut shown = json!({});
    simulator.configure(|settings| shown = settings.latency.shown());
    Ok(Response::json(200, &shown))
}

fn text(request: &Request) -> String {
    String::from_utf8_lossy(&request.body).into_owned()
}

fn refused(error: ScriptError) -> ApiError {
    ApiError::new(400, "InvalidScript", error.to_string())
}
