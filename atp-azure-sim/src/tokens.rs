//! Bearer tokens: who calls, and why a token is refused.
//!
//! Tokens look like those of Entra, and nobody checks their signature: the simulator tells who calls, and does not prove
//! it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use time::OffsetDateTime;

use crate::cloud::Cloud;
use crate::errors::{Answer, ApiError};
use crate::message::Request;
use crate::time_format;
use crate::vault;

/// How long a token is good for, in seconds.
pub(crate) const LIFETIME: i64 = 3600;

/// What a token says of its owner.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    /// The tenant that gave it.
    pub tenant: String,
    /// The object id of the user or service principal in the directory.
    pub object_id: String,
    /// The client id, for a token of an application.
    pub application: Option<String>,
    /// When it ends, in seconds since 1970.
    pub expires: Option<i64>,
}

impl Claims {
    /// What the bearer token of a request says; none when there is no token or it cannot be read.
    pub fn of(request: &Request) -> Option<Claims> {
        Claims::parse(bearer(request)?)
    }

    fn parse(token: &str) -> Option<Claims> {
        let mut parts = token.split('.');
        let (_, claims, _, None) = (parts.next()?, parts.next()?, parts.next()?, parts.next()) else {
            return None;
        };
        let claims = URL_SAFE_NO_PAD.decode(claims.trim_end_matches('=')).ok()?;
        let claims: Value = serde_json::from_slice(&claims).ok()?;
        let text = |name: &str| claims[name].as_str().map(str::to_owned);
        Some(Claims {
            tenant: text("tid")?,
            object_id: text("oid")?,
            application: text("appid").or_else(|| text("azp")),
            expires: claims["exp"].as_i64(),
        })
    }
}

fn bearer(request: &Request) -> Option<&str> {
    let (scheme, token) = request.header("authorization")?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// A token of `tenant` for a service principal, that [`LIFETIME`] ends after `now`. The object id follows from the
/// client id, as in a directory where each application has one service principal.
pub(crate) fn issue(tenant: &str, client: &str, now: OffsetDateTime) -> String {
    let issued = now.unix_timestamp();
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = part(json!({ "alg": "none", "typ": "JWT" }));
    let claims = part(json!({
        "aud": "https://management.azure.com/",
        "iss": format!("https://sts.windows.net/{tenant}/"),
        "tid": tenant,
        "oid": object_id(client),
        "appid": client,
        "iat": issued,
        "nbf": issued,
        "exp": issued + LIFETIME,
        "ver": "1.0",
    }));
    format!("{header}.{claims}.simulated")
}

/// The object id of the service principal of an application.
pub(crate) fn object_id(client: &str) -> String {
    let name = format!("principal/{}", client.to_ascii_lowercase());
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
}

impl Cloud {
    /// Refuses a request with 401 whose token is missing, cannot be read, is too old or of another tenant than the
    /// subscription's, when the settings ask for tokens.
    pub(crate) fn check_token(&self, request: &Request) -> Answer<()> {
        if !self.settings.require_token {
            return Ok(());
        }
        let refuse = |code: &str, problem: &str, message: String| {
            let tenant = &self.settings.tenant;
            let challenge = match vault::of(request) {
                // Clients of vaults ask without a token first, and learn here whom to ask for one, and for what.
                Some(_) => vault::challenge(tenant),
                None => format!(
                    "Bearer authorization_uri=\"{}/{tenant}\", error=\"{problem}\", error_description=\"{message}\"",
                    request.base()
                ),
            };
            Err(ApiError::new(401, code, message).with_header("www-authenticate", &challenge))
        };
        if request.header("authorization").is_none() {
            let message = "Authentication failed. The 'Authorization' header is missing.";
            return refuse("AuthenticationFailed", "invalid_token", message.to_owned());
        }
        if bearer(request).is_none() {
            let message =
                "Authentication failed. The 'Authorization' header is provided in an invalid format.";
            return refuse("AuthenticationFailed", "invalid_token", message.to_owned());
        }
        let Some(claims) = Claims::of(request) else {
            return refuse(
                "InvalidAuthenticationToken",
                "invalid_token",
                "The access token is invalid.".into(),
            );
        };
        if let Some(expires) = claims.expires.filter(|expires| self.now >= expires.saturating_mul(1000)) {
            let (expired, now) = (time_format::rfc3339(expires * 1000), time_format::rfc3339(self.now));
            let message = format!(
                "The access token expiry UTC time '{expired}' is earlier than current UTC time '{now}'."
            );
            return refuse("ExpiredAuthenticationToken", "invalid_token", message);
        }
        let in_subscription = request.path.to_ascii_lowercase().starts_with("/subscriptions/");
        if in_subscription && !claims.tenant.eq_ignore_ascii_case(&self.settings.tenant) {
            let message = format!(
                "The access token is from the wrong issuer 'https://sts.windows.net/{}/'. It must match the tenant \
                 'https://sts.windows.net/{}/' associated with this subscription.",
                claims.tenant, self.settings.tenant
            );
            return refuse("InvalidAuthenticationTokenTenant", "invalid_token", message);
        }
        Ok(())
    }
}
