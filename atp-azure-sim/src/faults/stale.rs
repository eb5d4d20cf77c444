//! Reads that show what was there before a write.

use crate::message::{Method, Request, Response};

/// What reads of some paths show instead of what is there.
#[derive(Debug, Default)]
pub(crate) struct StaleReads(Vec<Stale>);

#[derive(Debug)]
struct Stale {
    /// In lower case.
    path: String,
    /// Until when, in milliseconds since 1970.
    until: i64,
    /// What GET showed before.
    before: Response,
}

impl StaleReads {
    /// Lets reads of the path of `write` show `before` until an instant.
    pub fn show(&mut self, write: &Request, before: Response, until: i64) {
        self.0.push(Stale { path: key(&write.path), until, before: without_ids(before) });
    }

    /// What a read shows of something that was changed so recently that not all copies know.
    pub fn of(&mut self, request: &Request, now: i64) -> Option<Response> {
        self.0.retain(|stale| now < stale.until);
        if self.0.is_empty() || !matches!(request.method, Method::Get | Method::Head) {
            return None;
        }
        let path = key(&request.path);
        let before = self.0.iter().find(|stale| stale.path == path)?.before.clone();
        if request.method == Method::Get {
            return Some(before);
        }
        Some(Response::empty(if before.status == 200 { 204 } else { before.status }))
    }
}

fn key(path: &str) -> String {
    path.trim_end_matches('/').to_ascii_lowercase()
}

/// GET of what a request writes.
pub(crate) fn reading(request: &Request) -> Request {
    let conditional = |name: &str| name.starts_with("if-");
    let headers = request.headers.iter().filter(|(name, _)| !conditional(name)).cloned().collect();
    Request { method: Method::Get, headers, body: Vec::new(), ..request.clone() }
}

/// An answer without the headers that belong to one request.
fn without_ids(mut response: Response) -> Response {
    let keep = |name: &str| name != "date" && (!name.starts_with("x-ms-") || name == "x-ms-error-code");
    response.headers.retain(|(name, _)| keep(name));
    response
}
