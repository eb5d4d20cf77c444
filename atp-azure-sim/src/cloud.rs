//! The simulated cloud: a pure state machine from requests to responses.

use atp_azure::descriptor::TypeDescriptor;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::catalog::{Catalog, is_unknown};
use crate::errors::{Answer, ApiError};
use crate::limits::Limits;
use crate::locations;
use crate::message::{Method, Request, Response};
use crate::noise;
use crate::operations::OperationFailure;
use crate::registration::is_registration;
use crate::route::{self, Route, Target};
use crate::settings::{ApiVersions, Settings};
use crate::soft_delete::{is_about_deleted, is_deleted};
use crate::store::{Change, Resource, Store};
use crate::time_format;
use crate::tokens::Claims;
use crate::vault;

/// A simulated Azure Resource Manager without input, output or a clock: the same requests at the same instants give the
/// same answers.
#[derive(Debug)]
pub struct Cloud {
    pub(crate) catalog: Catalog,
    pub(crate) settings: Settings,
    pub(crate) store: Store,
    /// The instant of the current request, in milliseconds since 1970.
    pub(crate) now: i64,
    pub(crate) limits: Limits,
    /// How the next operation that starts is going to fail.
    pub(crate) operation_failure: Option<OperationFailure>,
    /// Who sent the current request, when it has a token that says so.
    pub(crate) caller: Option<Claims>,
    /// The private keys of vaults that were needed so far.
    pub(crate) keyring: vault::Keyring,
    requests: u64,
}

/// ARM does not pass on answers that are longer than this.
const LONGEST_ANSWER: usize = 8 << 20;

/// The versions that group and subscription level requests accept besides the descriptor's.
const COMMON_VERSIONS: [&str; 10] = [
    "2016-02-01",
    "2019-10-01",
    "2020-01-01",
    "2020-06-01",
    "2021-01-01",
    "2021-04-01",
    "2022-09-01",
    "2022-12-01",
    "2024-03-01",
    "2025-04-01",
];

impl Cloud {
    /// An empty cloud that knows these types.
    pub fn new(descriptors: &[&'static TypeDescriptor], settings: Settings) -> Cloud {
        Cloud {
            catalog: Catalog::new(descriptors, settings.accept_unknown),
            settings,
            store: Store::default(),
            now: 0,
            limits: Limits::default(),
            operation_failure: None,
            caller: None,
            keyring: vault::Keyring::default(),
            requests: 0,
        }
    }

    /// Answers one request that arrives at `now`. Operations that end at `now` or before are finished first.
    pub fn handle(&mut self, request: &Request, now: OffsetDateTime) -> Response {
        self.now = time_format::milliseconds(now);
        self.caller = Claims::of(request);
        self.store.forget_changes();
        self.advance();
        let response = match self.answer(request) {
            Ok(response) if response.body.len() > LONGEST_ANSWER => too_long(&response).response(),
            Ok(response) => match self.settings.noise.filter(|_| vault::of(request).is_none()) {
                Some(seed) => noise::respelled(&self.catalog, seed, request, response),
                None => response,
            },
            Err(error) => error.response(),
        };
        let mut response = self.with_headers(request, response);
        if request.method == Method::Head {
            response.body.clear();
        }
        response
    }

    fn answer(&mut self, request: &Request) -> Answer<Response> {
        self.check_token(request)?;
        if let Some(vault) = vault::of(request) {
            return self.vault(&vault, request);
        }
        let mut route = route::parse(&request.path)?;
        self.catalog.spell(&mut route);
        if let Some(subscription) = &route.subscription {
            self.require_subscription(subscription)?;
        }
        self.throttle(&route, request)?;
        let Some(version) = request.parameter("api-version") else {
            let message = "The api-version query parameter (?api-version=) is required for all requests.";
            return Err(ApiError::new(400, "MissingApiVersionParameter", message));
        };
        self.authorize(&route, request)?;
        self.dispatch(&route, request, version)
    }

    pub(crate) fn dispatch(&mut self, route: &Route, request: &Request, version: &str) -> Answer<Response> {
        if !matches!(route.target, Target::Instance(_) | Target::Collection(_)) {
            self.require_common_version(version)?;
        }
        self.require_registered(route)?;
        if is_about_deleted(&request.path) {
            return self.deleted(request);
        }
        if let Some(response) = self.deployments(route, request)? {
            return Ok(response);
        }
        match (&route.target, request.method) {
            (Target::Instance(instance), _) if Cloud::is_tags(instance) => {
                self.tags(route, instance, request)
            }
            (Target::Instance(instance), Method::Get | Method::Head) => self.read(route, instance, request),
            (Target::Instance(instance), Method::Put) => self.put(route, instance, request),
            (Target::Instance(instance), Method::Patch) => self.patch(route, instance, request),
            (Target::Instance(instance), Method::Delete) => self.delete(route, instance, request),
            (Target::Collection(list), Method::Get) => self.list(route, list, request),
            (Target::Collection(action), Method::Post) if Cloud::is_policy_action(action) => {
                self.act_on_policy(route, action, request)
            }
            (Target::Collection(action), Method::Post) if Cloud::is_pair_action(action) => {
                self.act_on_pair(route, action, request)
            }
            (Target::Collection(action), Method::Post) => self.act(route, action, request),
            (Target::Resources, Method::Get) => self.list_resources(route, request),
            (Target::Tenants, Method::Get) => Ok(self.list_tenants()),
            (Target::Locations, Method::Get) => Ok(self.list_locations(route)),
            (Target::Subscriptions, Method::Get) => Ok(self.list_subscriptions()),
            (Target::Subscription, Method::Get) => Ok(self.subscription(route)),
            (Target::Providers, Method::Get) => Ok(self.list_providers(route)),
            (Target::Provider(namespace), Method::Get) => self.provider(route, namespace),
            (Target::Register(namespace), Method::Post) => self.set_registered(route, namespace, true),
            (Target::Unregister(namespace), Method::Post) => self.set_registered(route, namespace, false),
            (Target::MoveResources, Method::Post) => self.move_or_validate(route, request, false),
            (Target::ValidateMove, Method::Post) => self.move_or_validate(route, request, true),
            (Target::ExportGroup, Method::Post) => self.export_group(route, request),
            (Target::NameAvailability(namespace), Method::Post) => self.name_availability(namespace, request),
            (Target::OperationStatus(id), Method::Get) => self.operation_status(id, request),
            (Target::OperationResult(id), Method::Get) => self.operation_result(id, request),
            _ => Err(ApiError::method_not_allowed(&request.path)),
        }
    }

    /// Refuses an `api-version` that the type does not have.
    pub(crate) fn require_version(
        &self,
        descriptor: &TypeDescriptor,
        request: &Request,
        location: &str,
    ) -> Answer<()> {
        let version = request.parameter("api-version").unwrap_or_default();
        if descriptor.name.eq_ignore_ascii_case("Microsoft.Resources/resourceGroups") {
            if version == descriptor.api_version {
                return Ok(());
            }
            return self.require_common_version(version);
        }
        let accepted = match self.settings.api_versions {
            _ if is_unknown(descriptor) => well_formed(version),
            ApiVersions::Descriptor => version == descriptor.api_version,
            ApiVersions::WellFormed => well_formed(version),
        };
        if accepted {
            return Ok(());
        }
        let message = format!(
            "No registered resource provider found for location '{location}' and API version '{version}' for type \
             '{}'. The supported api-versions are '{}'. The supported locations are '{}'.",
            descriptor.name.split_once('/').map_or("", |(_, kind)| kind),
            descriptor.api_version,
            locations::supported(descriptor)
        );
        Err(ApiError::new(400, "NoRegisteredProviderFound", message))
    }

    pub(crate) fn require_common_version(&self, version: &str) -> Answer<()> {
        let accepted = match self.settings.api_versions {
            ApiVersions::WellFormed => well_formed(version),
            ApiVersions::Descriptor => {
                COMMON_VERSIONS.contains(&version) || self.catalog.types().any(|d| d.api_version == version)
            }
        };
        if accepted {
            return Ok(());
        }
        let versions = COMMON_VERSIONS.join(", ");
        let message =
            format!("The api-version '{version}' is invalid. The supported versions are '{versions}'.");
        Err(ApiError::new(400, "InvalidApiVersionParameter", message))
    }

    pub(crate) fn require_subscription(&self, subscription: &str) -> Answer<()> {
        let known = &self.settings.subscriptions;
        let exists = if known.is_empty() {
            Uuid::try_parse(subscription).is_ok()
        } else {
            known.iter().any(|known| known.eq_ignore_ascii_case(subscription))
        };
        if exists { Ok(()) } else { Err(ApiError::subscription_not_found(subscription)) }
    }

    pub(crate) fn with_headers_at(
        &mut self,
        request: &Request,
        response: Response,
        now: OffsetDateTime,
    ) -> Response {
        self.now = time_format::milliseconds(now);
        self.with_headers(request, response)
    }

    /// The headers that every answer has.
    fn with_headers(&mut self, request: &Request, response: Response) -> Response {
        self.requests += 1;
        let id = self.uuid(&format!("request/{}/{}", self.requests, self.now));
        let correlation = request.header("x-ms-correlation-request-id").unwrap_or(&id).to_owned();
        let routing = format!("SIMULATOR:{}:{id}", time_format::compact(self.now));
        let mut response = response
            .with_header("x-ms-request-id", &id)
            .with_header("x-ms-correlation-request-id", correlation)
            .with_header("x-ms-routing-request-id", routing)
            .with_header("date", time_format::http_date(self.now));
        if request.header("x-ms-return-client-request-id").is_some_and(|v| v.eq_ignore_ascii_case("true"))
            && let Some(id) = request.header("x-ms-client-request-id")
        {
            response = response.with_header("x-ms-client-request-id", id);
        }
        self.with_limits(request, response)
    }

    /// How many requests this process has answered.
    pub(crate) fn requests(&self) -> u64 {
        self.requests
    }

    /// An id that follows from the seed and `text` only.
    pub(crate) fn uuid(&self, text: &str) -> String {
        let name = format!("{}/{text}", self.settings.seed);
        Uuid::new_v5(&Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
    }

    /// The body of a resource as GET shows it.
    pub(crate) fn shown(&self, resource: &Resource) -> Value {
        self.shown_with_children(resource).into()
    }

    /// All resources that GET would show, by id.
    pub fn resources(&self) -> Vec<(String, Value)> {
        let visible = self.store.resources().filter(|(_, r)| !r.hidden && !is_internal(r));
        visible.map(|(_, resource)| (resource.id.clone(), self.shown(resource))).collect()
    }

    /// Whether there is no resource, shown or not.
    pub fn is_empty(&self) -> bool {
        self.store.resources().all(|(_, resource)| is_internal(resource))
    }

    /// The next long-running operation that starts is going to fail with this status, code and message.
    pub fn fail_next_operation(&mut self, status: u16, code: &str, message: &str) {
        let (code, message) = (code.to_owned(), message.to_owned());
        self.operation_failure = Some(OperationFailure { status, code, message, canceled: false });
    }

    /// Finishes the operations that end at `now` or before, as every request does.
    pub fn advance_to(&mut self, now: OffsetDateTime) {
        self.now = time_format::milliseconds(now);
        self.advance();
    }

    /// Drops the operations that ended more than a day ago.
    pub(crate) fn prune(&mut self) {
        const DAY: i64 = 24 * 60 * 60 * 1000;
        self.store.prune(self.now - DAY);
    }

    /// Everything that the cloud remembers, as JSON.
    pub fn to_json(&self) -> Value {
        serde_json::to_value(self.store.snapshot()).unwrap_or(Value::Null)
    }

    /// Remembers what [`Cloud::to_json`] wrote, in addition to what it knows.
    pub fn restore(&mut self, state: Value) -> Result<(), serde_json::Error> {
        let changes: Vec<Change> = serde_json::from_value(state)?;
        changes.into_iter().for_each(|change| self.store.apply(change));
        Ok(())
    }
}

/// What the cloud remembers, and clients did not make or have given up.
fn is_internal(resource: &Resource) -> bool {
    is_deleted(resource)
        || is_registration(resource)
        || vault::is_version(resource)
        || crate::plans::is_free(resource)
}

/// What clients get instead of an answer that is too long. What the request did stays done.
fn too_long(response: &Response) -> ApiError {
    let message = format!(
        "The answer of the resource provider has {} bytes, and no more than {LONGEST_ANSWER} are passed on.",
        response.body.len()
    );
    ApiError::new(500, "ResourceProviderResponseTooLarge", message)
}

/// `YYYY-MM-DD`, optionally with one of the known suffixes.
fn well_formed(version: &str) -> bool {
    let (date, suffix) = version.split_at_checked(10).unwrap_or((version, "?"));
    let date_fits = date.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    date_fits && matches!(suffix, "" | "-preview" | "-alpha" | "-beta" | "-rc" | "-privatepreview")
}

/// The body as a map, for what is known to be one.
pub(crate) fn object(value: Option<&Value>) -> Option<&Map<String, Value>> {
    value.and_then(Value::as_object)
}
