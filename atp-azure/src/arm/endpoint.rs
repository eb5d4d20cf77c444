//! Where Azure Resource Manager is, for whom its tokens are, and who issues them.

use azure_core::cloud::{CloudConfiguration, CustomConfiguration};
use azure_core::http::Url;

/// One cloud's endpoints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint {
    /// The URL that ids are appended to.
    pub resource_manager: Url,
    /// Whom tokens are for, such as `https://management.azure.com`.
    pub audience: String,
    /// Who issues tokens, such as `https://login.microsoftonline.com`.
    pub authority_host: String,
}

/// A cloud or URL that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not the name of a cloud.
    #[error("`{0}` is not a cloud: use public, government, china or the https URL of a resource manager")]
    UnknownCloud(String),
    /// Not a URL, or not one that tokens may be sent to.
    #[error("`{url}` cannot be the resource manager: {reason}")]
    BadUrl {
        /// What was given.
        url: String,
        /// Why it will not do.
        reason: String,
    },
}

impl Endpoint {
    /// The public cloud.
    pub fn public() -> Self {
        Self::known("https://management.azure.com", "https://login.microsoftonline.com")
    }

    /// Azure for the government of the United States.
    pub fn government() -> Self {
        Self::known("https://management.usgovcloudapi.net", "https://login.microsoftonline.us")
    }

    /// Azure in China.
    pub fn china() -> Self {
        Self::known("https://management.chinacloudapi.cn", "https://login.chinacloudapi.cn")
    }

    /// A cloud by its name, or by the URL of its resource manager.
    ///
    /// # Errors
    /// When it is neither.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        match text.to_ascii_lowercase().as_str() {
            "public" | "azurecloud" | "azurepubliccloud" => Ok(Self::public()),
            "government" | "azureusgovernment" => Ok(Self::government()),
            "china" | "azurechinacloud" => Ok(Self::china()),
            other if other.contains("://") => Self::custom(text),
            _ => Err(EndpointError::UnknownCloud(text.to_owned())),
        }
    }

    /// Another resource manager, such as a simulator on loopback. Its tokens come from the public cloud's authority
    /// unless [`with_authority`](Self::with_authority) says otherwise.
    ///
    /// # Errors
    /// When it is not an https URL: tokens are not sent in clear.
    pub fn custom(url: &str) -> Result<Self, EndpointError> {
        let bad = |reason: &str| EndpointError::BadUrl { url: url.to_owned(), reason: reason.to_owned() };
        let parsed = Url::parse(url).map_err(|error| bad(&error.to_string()))?;
        if parsed.scheme() != "https" {
            return Err(bad("it does not start with https://, and tokens are not sent in clear"));
        }
        if !parsed.username().is_empty() || parsed.password().is_some() {
            return Err(EndpointError::BadUrl {
                url: "the given URL".to_owned(),
                reason: "it holds a user name or password".to_owned(),
            });
        }
        Ok(Endpoint {
            audience: url.trim_end_matches('/').to_owned(),
            resource_manager: parsed,
            authority_host: "https://login.microsoftonline.com".to_owned(),
        })
    }

    /// The endpoint that the environment names: `AZURE_RESOURCE_MANAGER_ENDPOINT` is a cloud's name or a URL, the public
    /// cloud when absent; `AZURE_AUTHORITY_HOST` is another issuer of tokens, `AZURE_RESOURCE_MANAGER_AUDIENCE` another
    /// party that they are for.
    ///
    /// # Errors
    /// When it names neither a cloud nor a URL that can be used.
    pub fn from_environment(environment: &dyn Fn(&str) -> Option<String>) -> Result<Self, EndpointError> {
        let variable = |name: &str| environment(name).filter(|value| !value.trim().is_empty());
        let endpoint = match variable("AZURE_RESOURCE_MANAGER_ENDPOINT") {
            Some(text) => Self::parse(&text)?,
            None => Self::public(),
        };
        let endpoint = match variable("AZURE_AUTHORITY_HOST") {
            // Some tools want the bare name of the host there.
            Some(host) if !host.contains("://") => endpoint.with_authority(format!("https://{host}")),
            Some(host) => endpoint.with_authority(host),
            None => endpoint,
        };
        Ok(match variable("AZURE_RESOURCE_MANAGER_AUDIENCE") {
            Some(audience) => endpoint.with_audience(audience),
            None => endpoint,
        })
    }

    /// A subscription of this cloud, for people.
    pub fn describe(&self, subscription: &str) -> String {
        let is = |other: Endpoint| self.resource_manager == other.resource_manager;
        if is(Self::public()) {
            format!("Azure subscription {subscription}")
        } else if is(Self::government()) {
            format!("Azure Government subscription {subscription}")
        } else if is(Self::china()) {
            format!("Azure China subscription {subscription}")
        } else {
            let url = self.resource_manager.as_str().trim_end_matches('/');
            format!("Azure subscription {subscription} at {url}")
        }
    }

    /// The same endpoint with another issuer of tokens.
    pub fn with_authority(mut self, host: impl Into<String>) -> Self {
        self.authority_host = host.into();
        self
    }

    /// The same endpoint with another audience for tokens.
    pub fn with_audience(mut self, audience: impl Into<String>) -> Self {
        self.audience = audience.into();
        self
    }

    /// The scope that tokens are asked for.
    pub fn scope(&self) -> String {
        format!("{}/.default", self.audience.trim_end_matches('/'))
    }

    /// What `azure_identity` has to know of this cloud. Given explicitly, so that it does not look at the environment.
    pub fn cloud(&self) -> CloudConfiguration {
        let mut custom = CustomConfiguration::default();
        custom.authority_host = self.authority_host.clone();
        custom.into()
    }

    /// What follows the name of a key vault in its host. Clouds that are not known have the vaults of the public one.
    pub(crate) fn vault_suffix(&self) -> &'static str {
        let is = |other: Endpoint| self.resource_manager == other.resource_manager;
        if is(Self::government()) {
            "vault.usgovcloudapi.net"
        } else if is(Self::china()) {
            "vault.azure.cn"
        } else {
            "vault.azure.net"
        }
    }

    /// Whether a token may be sent to a URL that an answer of the service named.
    pub(crate) fn trusts(&self, url: &Url) -> bool {
        let (Some(own), Some(host)) = (self.resource_manager.host_str(), url.host_str()) else {
            return false;
        };
        let same_port = url.port_or_known_default() == self.resource_manager.port_or_known_default();
        url.scheme() == "https" && same_port && (host == own || host.ends_with(&format!(".{own}")))
    }

    /// The URL of an id or another path, without query.
    pub(crate) fn url(&self, path: &str) -> Url {
        let mut url = self.resource_manager.clone();
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/{}", path.trim_start_matches('/')));
        url.set_query(None);
        url
    }

    fn known(resource_manager: &str, authority_host: &str) -> Self {
        // A constant of this file; the tests parse every one.
        let url = Url::parse(resource_manager).unwrap_or_else(|_| unreachable!("{resource_manager}"));
        Endpoint {
            resource_manager: url,
            audience: resource_manager.to_owned(),
            authority_host: authority_host.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clouds_are_known_by_name_or_url() {
        assert_eq!(Endpoint::parse("public").unwrap(), Endpoint::public());
        assert_eq!(
            Endpoint::parse("AzureUSGovernment").unwrap().scope(),
            "https://management.usgovcloudapi.net/.default"
        );
        assert_eq!(Endpoint::parse("china").unwrap(), Endpoint::china());
        assert_eq!(
            Endpoint::parse("https://localhost:8443/").unwrap().resource_manager.as_str(),
            "https://localhost:8443/"
        );
        assert!(matches!(Endpoint::parse("mars"), Err(EndpointError::UnknownCloud(_))));
    }

    #[test]
    fn the_environment_may_name_an_endpoint_and_an_authority() {
        assert_eq!(Endpoint::from_environment(&|_| None), Ok(Endpoint::public()));
        let named = |name: &str| match name {
            "AZURE_RESOURCE_MANAGER_ENDPOINT" => Some("https://localhost:8443".to_owned()),
            "AZURE_AUTHORITY_HOST" => Some("localhost:8444".to_owned()),
            _ => None,
        };
        let endpoint = Endpoint::from_environment(&named).unwrap();
        assert_eq!(endpoint.scope(), "https://localhost:8443/.default");
        assert_eq!(endpoint.authority_host, "https://localhost:8444");
        assert_eq!(endpoint.describe("s"), "Azure subscription s at https://localhost:8443");
        let audience = |name: &str| {
            named(name).or((name == "AZURE_RESOURCE_MANAGER_AUDIENCE").then(|| "https://arm".into()))
        };
        assert_eq!(Endpoint::from_environment(&audience).unwrap().scope(), "https://arm/.default");
    }

    #[test]
    fn a_url_in_clear_is_refused_and_a_password_is_not_repeated() {
        assert!(Endpoint::custom("http://localhost").unwrap_err().to_string().contains("https://"));
        let error = Endpoint::custom("https://user:hunter2@localhost").unwrap_err().to_string();
        assert!(!error.contains("hunter2"), "{error}");
    }

    #[test]
    fn ids_are_appended_below_the_path_of_the_endpoint() {
        let endpoint = Endpoint::custom("https://localhost/arm").unwrap();
        assert_eq!(
            endpoint.url("/subscriptions/1/resourceGroups/a b").as_str(),
            "https://localhost/arm/subscriptions/1/resourceGroups/a%20b"
        );
    }

    #[test]
    fn tokens_go_to_the_endpoint_and_its_regions_only() {
        let endpoint = Endpoint::public();
        let trusts = |url: &str| endpoint.trusts(&Url::parse(url).unwrap());
        assert!(trusts("https://management.azure.com/operations/1"));
        assert!(trusts("https://westeurope.management.azure.com/operations/1"));
        assert!(!trusts("https://evilmanagement.azure.com/"));
        assert!(!trusts("https://management.azure.com.evil.example/"));
        assert!(!trusts("http://management.azure.com/"));
        assert!(!trusts("https://management.azure.com:8443/"));
    }
}
