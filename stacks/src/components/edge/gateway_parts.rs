//! The parts of a gateway. They refer to each other by ids inside of the gateway's own, which is known before it exists.

use super::gateway::{Backend, Gateway};
use atp_azure::network::{
    ApplicationGateway, ApplicationGatewayActionSet, ApplicationGatewayBackendAddress,
    ApplicationGatewayBackendAddressPool, ApplicationGatewayBackendHttpSettings,
    ApplicationGatewayConnectionDraining, ApplicationGatewayCookieBasedAffinity,
    ApplicationGatewayFrontendIpConfiguration, ApplicationGatewayFrontendPort,
    ApplicationGatewayHeaderConfiguration, ApplicationGatewayHttpListener,
    ApplicationGatewayHttpListenerProtocol, ApplicationGatewayIpConfiguration, ApplicationGatewayProbe,
    ApplicationGatewayProbeHealthResponseMatch, ApplicationGatewayProbeProtocol, ApplicationGatewayProtocol,
    ApplicationGatewayRedirectConfiguration, ApplicationGatewayRedirectType,
    ApplicationGatewayRequestRoutingRule, ApplicationGatewayRequestRoutingRuleType,
    ApplicationGatewayRewriteRuleSet, ApplicationGatewayRewriteRuleSetRewriteRule,
    ApplicationGatewaySslCertificate, PublicIpAddress,
};
use atp_azure::{Scope, SubResource};
use atp_iac::{Output, ResourceId, ResourceType};

const ADDRESS: &str = "public";
const CERTIFICATE: &str = "certificate";
const POOL: &str = "ingress";
const HEADERS: &str = "security-headers";
const REDIRECT: &str = "to-https";

/// What browsers are told besides the answer.
const ADDED_HEADERS: [(&str, &str); 2] = [
    ("Strict-Transport-Security", "max-age=31536000; includeSubDomains"),
    ("X-Content-Type-Options", "nosniff"),
];

/// The id of the gateway, before it exists: that of its group, and its name.
pub struct Parts {
    gateway: Output<String>,
}

impl Parts {
    pub fn new(group: &Output<ResourceId<atp_azure::resources::ResourceGroup>>, name: &str) -> Self {
        let rest = format!("/providers/{}/{name}", ApplicationGateway::TYPE);
        Parts { gateway: group.map(move |group| format!("{}{rest}", group.as_str())) }
    }

    /// A reference from one part to another.
    fn of(&self, collection: &'static str, name: &'static str) -> SubResource {
        SubResource::new(
            self.gateway.map(move |gateway| Scope::new(format!("{gateway}/{collection}/{name}"))),
        )
    }

    /// All of them.
    pub fn add(
        &self,
        gateway: &Gateway,
        address: &Output<ResourceId<PublicIpAddress>>,
        resource: ApplicationGateway,
    ) -> ApplicationGateway {
        let frontend = ApplicationGatewayFrontendIpConfiguration::new(ADDRESS).public_ip_address(address);
        let certificate =
            ApplicationGatewaySslCertificate::new(CERTIFICATE).key_vault_secret_id(&gateway.certificate);
        let inside = ApplicationGatewayIpConfiguration::new("gateway").subnet(&gateway.subnet);
        resource
            .gateway_ip_configurations([inside])
            .frontend_ip_configurations([frontend])
            .frontend_ports([
                ApplicationGatewayFrontendPort::new("http").port(80),
                ApplicationGatewayFrontendPort::new("https").port(443),
            ])
            .ssl_certificates([certificate])
            .backend_address_pools([pool(&gateway.backend)])
            .backend_http_settings_collection([self.settings(&gateway.backend)])
            .probes([probe(&gateway.backend)])
            .http_listeners([self.http(&gateway.host_names), self.https(&gateway.host_names)])
            .redirect_configurations([self.redirect()])
            .rewrite_rule_sets([headers()])
            .request_routing_rules([self.forward(), self.redirected()])
    }

    fn settings(&self, backend: &Backend) -> ApplicationGatewayBackendHttpSettings {
        ApplicationGatewayBackendHttpSettings::new(POOL)
            .protocol(ApplicationGatewayProtocol::HTTPS)
            .port(443)
            .host_name(&backend.host_name)
            .pick_host_name_from_backend_address(false)
            .cookie_based_affinity(ApplicationGatewayCookieBasedAffinity::DISABLED)
            .request_timeout(i64::from(backend.timeout_seconds))
            .connection_draining(ApplicationGatewayConnectionDraining::new(true, 60))
            .probe(self.of("probes", POOL))
    }

    fn listener(
        &self,
        name: &'static str,
        protocol: ApplicationGatewayHttpListenerProtocol,
        host_names: &[String],
    ) -> ApplicationGatewayHttpListener {
        ApplicationGatewayHttpListener::new(name)
            .protocol(protocol)
            .frontend_ip_configuration(self.of("frontendIPConfigurations", ADDRESS))
            .frontend_port(self.of("frontendPorts", name))
            .host_names(host_names.to_vec())
    }

    fn http(&self, host_names: &[String]) -> ApplicationGatewayHttpListener {
        self.listener("http", ApplicationGatewayHttpListenerProtocol::HTTP, host_names)
    }

    fn https(&self, host_names: &[String]) -> ApplicationGatewayHttpListener {
        self.listener("https", ApplicationGatewayHttpListenerProtocol::HTTPS, host_names)
            .ssl_certificate(self.of("sslCertificates", CERTIFICATE))
            .require_server_name_indication(true)
    }

    fn redirect(&self) -> ApplicationGatewayRedirectConfiguration {
        ApplicationGatewayRedirectConfiguration::new(REDIRECT)
            .redirect_type(ApplicationGatewayRedirectType::PERMANENT)
            .target_listener(self.of("httpListeners", "https"))
            .include_path(true)
            .include_query_string(true)
    }

    fn forward(&self) -> ApplicationGatewayRequestRoutingRule {
        ApplicationGatewayRequestRoutingRule::new("forward")
            .rule_type(ApplicationGatewayRequestRoutingRuleType::BASIC)
            .priority(100)
            .http_listener(self.of("httpListeners", "https"))
            .backend_address_pool(self.of("backendAddressPools", POOL))
            .backend_http_settings(self.of("backendHttpSettingsCollection", POOL))
            .rewrite_rule_set(self.of("rewriteRuleSets", HEADERS))
    }

    fn redirected(&self) -> ApplicationGatewayRequestRoutingRule {
        ApplicationGatewayRequestRoutingRule::new(REDIRECT)
            .rule_type(ApplicationGatewayRequestRoutingRuleType::BASIC)
            .priority(200)
            .http_listener(self.of("httpListeners", "http"))
            .redirect_configuration(self.of("redirectConfigurations", REDIRECT))
    }
}

/// An address of the network, or a name in it.
fn pool(backend: &Backend) -> ApplicationGatewayBackendAddressPool {
    let address = ApplicationGatewayBackendAddress::new();
    let address = if backend.address.parse::<std::net::IpAddr>().is_ok() {
        address.ip_address(&backend.address)
    } else {
        address.fqdn(&backend.address)
    };
    ApplicationGatewayBackendAddressPool::new(POOL).backend_addresses([address])
}

fn probe(backend: &Backend) -> ApplicationGatewayProbe {
    let healthy = ApplicationGatewayProbeHealthResponseMatch::new().status_codes(["200-299"]);
    ApplicationGatewayProbe::new(POOL)
        .protocol(ApplicationGatewayProbeProtocol::HTTPS)
        .host(&backend.host_name)
        .path(&backend.health_path)
        .interval(10)
        .timeout(5)
        .unhealthy_threshold(3)
        .pick_host_name_from_backend_http_settings(false)
        .match_(healthy)
}

fn headers() -> ApplicationGatewayRewriteRuleSet {
    let added = ADDED_HEADERS.map(|(name, value)| {
        ApplicationGatewayHeaderConfiguration::new().header_name(name).header_value(value)
    });
    let rule = ApplicationGatewayRewriteRuleSetRewriteRule::new()
        .name(HEADERS)
        .rule_sequence(100)
        .action_set(ApplicationGatewayActionSet::new().response_header_configurations(added));
    ApplicationGatewayRewriteRuleSet::new(HEADERS).rewrite_rules([rule])
}
