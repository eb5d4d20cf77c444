//! Which database, as whom, and how safe the way to it is: `postgres://user@host:port/database?schema=atp`.

use super::passfile::{self, Asked};
use percent_encoding::percent_decode_str;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;
use tokio_postgres::config::{Config, SslMode};
use url::Url;

/// The port that PostgreSQL listens on.
const PORT: u16 = 5432;
/// How long a server may take to answer a new connection.
const CONNECT: Duration = Duration::from_secs(10);
/// For how long a connection may be dead before it is noticed.
const SILENCE: Duration = Duration::from_secs(30);

/// Why an address of a database is none. Says nothing of its password.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[non_exhaustive]
pub enum AddressError {
    /// It cannot be read.
    #[error("the backend `postgres://..` is no URL: {0}")]
    Malformed(String),
    /// It leaves something out.
    #[error("the backend `postgres://..` names no {0}")]
    Without(&'static str),
    /// It has a parameter that is not known.
    #[error(
        "the backend `postgres://..` has the parameter `{0}`; schema, sslmode, sslrootcert and host are known"
    )]
    Parameter(String),
    /// A parameter has a value that it cannot have.
    #[error("the backend `postgres://..` has {parameter}={found}; known are {expected}")]
    Value {
        /// The parameter.
        parameter: &'static str,
        /// What it has.
        found: String,
        /// What it can have.
        expected: &'static str,
    },
    /// The way to the server would not be encrypted.
    #[error(
        "sslmode={mode} may speak with {host} in clear text; write sslmode=verify-full, or sslmode=disable if the way \
         there is safe without"
    )]
    ClearText {
        /// The mode.
        mode: String,
        /// The server.
        host: String,
    },
    /// The file with passwords cannot be used.
    #[error("{file} cannot be used as a file of passwords: {what}")]
    Passfile {
        /// The file.
        file: String,
        /// Why.
        what: String,
    },
}

/// Whether the way to the server is encrypted. Where it is, the server has to prove its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encryption {
    /// It is not.
    Off,
    /// If the server can do it.
    Preferred,
    /// It is.
    On,
}

/// A database, and the schema in it. Its `Debug` has no password.
#[derive(Clone)]
pub struct Address {
    pub config: Config,
    pub schema: String,
    pub encryption: Encryption,
    /// Certificates of authorities to trust in the place of those of the machine.
    pub authorities: Option<PathBuf>,
    /// For people: without a password.
    pub place: String,
}

impl std::fmt::Debug for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Address").field("place", &self.place).field("encryption", &self.encryption).finish()
    }
}

impl Address {
    /// Reads an address. The schema is that of one part. Variables come from `variable`: PGPASSWORD, PGPASSFILE, HOME, and
    /// PGUSER or USER where the address names nobody.
    pub fn parse(
        text: &str,
        part: &str,
        variable: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Address, AddressError> {
        let url = Url::parse(text).map_err(|error| AddressError::Malformed(error.to_string()))?;
        if !matches!(url.scheme(), "postgres" | "postgresql") {
            return Err(AddressError::Malformed(format!("it begins with {}:", url.scheme())));
        }
        let parameters = Parameters::read(&url)?;
        let schema = schema(&format!("{}_{part}", parameters.schema))?;
        let given = |text: &str| decoded(text).map(|text| Some(text).filter(|text| !text.is_empty()));
        let host = match parameters.host {
            Some(host) => host,
            None => given(url.host_str().unwrap_or_default())?.ok_or(AddressError::Without("host"))?,
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let port = url.port().unwrap_or(PORT);
        let user = given(url.username())?.or_else(|| variable("PGUSER")).or_else(|| variable("USER"));
        let user = user.ok_or(AddressError::Without("user"))?;
        let database = given(url.path().trim_start_matches('/'))?.ok_or(AddressError::Without("database"))?;
        let encryption = encryption(parameters.mode.as_deref(), &host)?;
        let password = match given(url.password().unwrap_or_default())?.or_else(|| variable("PGPASSWORD")) {
            Some(password) => Some(password),
            None => passfile::find(variable, &Asked { host: &host, port, database: &database, user: &user })?,
        };
        let place = format!("postgres://{user}@{host}:{port}/{database} (schema {schema})");
        let mut config = Config::new();
        config.host(&host).port(port).user(&user).dbname(&database).application_name("atp-iac");
        config.connect_timeout(CONNECT).tcp_user_timeout(SILENCE).keepalives_idle(SILENCE);
        config.ssl_mode(match encryption {
            Encryption::Off => SslMode::Disable,
            Encryption::Preferred => SslMode::Prefer,
            Encryption::On => SslMode::Require,
        });
        if let Some(password) = password {
            config.password(password);
        }
        Ok(Address { config, schema, encryption, authorities: parameters.authorities, place })
    }
}

/// What stands after the question mark.
struct Parameters {
    schema: String,
    mode: Option<String>,
    authorities: Option<PathBuf>,
    host: Option<String>,
}

impl Parameters {
    fn read(url: &Url) -> Result<Parameters, AddressError> {
        let mut read = Parameters { schema: "atp".into(), mode: None, authorities: None, host: None };
        for (name, value) in url.query_pairs() {
            match &*name {
                "schema" => read.schema = value.into_owned(),
                "sslmode" => read.mode = Some(value.into_owned()),
                "sslrootcert" => read.authorities = Some(PathBuf::from(value.into_owned())),
                "host" => read.host = Some(value.into_owned()),
                other => return Err(AddressError::Parameter(other.to_owned())),
            }
        }
        Ok(read)
    }
}

/// A name that needs no quotes, so that it is the same in every tool.
fn schema(name: &str) -> Result<String, AddressError> {
    let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    let begins = name.starts_with(|first: char| first.is_ascii_lowercase()) && !name.starts_with("pg_");
    if begins && name.len() <= 63 && name.bytes().all(fits) {
        return Ok(name.to_owned());
    }
    Err(AddressError::Value {
        parameter: "schema",
        found: name.to_owned(),
        expected: "up to 63 small letters, digits and `_`, beginning with a letter and not with `pg_`",
    })
}

/// Clear text is for this machine, or for who asks for it. There it is what is meant: a server of one's own often has a
/// certificate that nobody vouches for.
fn encryption(mode: Option<&str>, host: &str) -> Result<Encryption, AddressError> {
    match mode {
        Some("disable") => Ok(Encryption::Off),
        Some("require" | "verify-ca" | "verify-full") => Ok(Encryption::On),
        None if is_this_machine(host) => Ok(Encryption::Off),
        None => Ok(Encryption::On),
        Some("allow" | "prefer") if is_this_machine(host) => Ok(Encryption::Preferred),
        Some(mode @ ("allow" | "prefer")) => {
            Err(AddressError::ClearText { mode: mode.into(), host: host.into() })
        }
        Some(other) => Err(AddressError::Value {
            parameter: "sslmode",
            found: other.to_owned(),
            expected: "disable, allow, prefer, require, verify-ca or verify-full",
        }),
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.starts_with('/') || host.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}

fn decoded(text: &str) -> Result<String, AddressError> {
    let decoded = percent_decode_str(text).decode_utf8();
    decoded.map(|text| text.into_owned()).map_err(|_| AddressError::Malformed("%XX gives no UTF-8".into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Address, AddressError> {
        Address::parse(text, "azure", &|_| None)
    }

    #[test]
    fn an_address_names_the_server_the_database_and_the_schema() {
        let address = parse("postgres://ann@db.example.org/states?schema=team_a").unwrap();
        assert_eq!(address.place, "postgres://ann@db.example.org:5432/states (schema team_a_azure)");
        assert_eq!((address.config.get_dbname(), address.config.get_ports()), (Some("states"), &[5432][..]));
        let local = parse("postgresql://ann@[::1]:6000/states").unwrap();
        assert_eq!(local.place, "postgres://ann@::1:6000/states (schema atp_azure)");
        let socket = parse("postgres://ann@%2Frun%2Fpostgresql/states").unwrap();
        assert_eq!(socket.encryption, Encryption::Off);
        assert_eq!(socket.place, "postgres://ann@/run/postgresql:5432/states (schema atp_azure)");
    }

    #[test]
    fn clear_text_is_for_this_machine_or_for_who_asks_for_it() {
        let on = |rest: &str| parse(&format!("postgres://ann@{rest}")).map(|address| address.encryption);
        assert_eq!(on("db.example.org/s"), Ok(Encryption::On));
        assert_eq!(on("127.0.0.1/s"), Ok(Encryption::Off));
        assert_eq!(on("127.0.0.1/s?sslmode=prefer"), Ok(Encryption::Preferred));
        assert_eq!(on("db.example.org/s?sslmode=disable"), Ok(Encryption::Off));
        assert_eq!(on("localhost/s?sslmode=require"), Ok(Encryption::On));
        let refused = on("db.example.org/s?sslmode=prefer").unwrap_err().to_string();
        assert!(refused.contains("may speak with db.example.org in clear text"), "{refused}");
    }

    #[test]
    fn what_is_missing_or_unknown_is_named() {
        let error = |text: &str| parse(text).unwrap_err().to_string();
        assert!(error("postgres:///states").contains("names no host"));
        assert!(error("postgres://host/states").contains("names no user"));
        assert!(error("postgres://ann@host").contains("names no database"));
        assert!(error("postgres://ann@host/s?schmea=x").contains("`schmea`"));
        assert!(error("postgres://ann@host/s?schema=A;drop").contains("schema=A;drop"));
        assert!(error("postgres://ann@host/s?sslmode=on").contains("verify-full"));
        assert!(error("mysql://ann@host/s").contains("mysql:"));
    }

    #[test]
    fn a_password_is_in_nothing_that_people_see() {
        let address = parse("postgres://ann:hunter%2F2@host/states").unwrap();
        assert_eq!(address.config.get_password(), Some(&b"hunter/2"[..]));
        assert!(!format!("{address:?} {}", address.place).contains("hunter"));
        for wrong in
            ["postgres://ann:hunter2@host/s?x=1", "postgres://ann:hunter2@ho st/s", "pg://ann:hunter2@h/s"]
        {
            let error = parse(wrong).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("hunter"), "{error}");
        }
    }

    #[test]
    fn the_environment_gives_the_password_where_the_address_does_not() {
        let variable = |name: &str| (name == "PGPASSWORD").then(|| "from outside".to_owned());
        let password = |text: &str| {
            let address = Address::parse(text, "azure", &variable).unwrap();
            address.config.get_password().map(<[u8]>::to_vec)
        };
        assert_eq!(password("postgres://ann@host/s").unwrap(), b"from outside");
        assert_eq!(password("postgres://ann:own@host/s").unwrap(), b"own");
    }
}
