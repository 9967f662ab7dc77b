//! `allowed_outbound_hosts`: the hosts that a component may connect to.

use std::net::{IpAddr, SocketAddr};
use std::ops::Range;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("allowed_outbound_hosts: {entry:?} {reason}")]
pub struct AllowedError {
    entry: String,
    reason: &'static str,
}

/// The entries of a component.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowedHosts(Vec<Allowed>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Allowed {
    scheme: Option<String>,
    host: Host,
    ports: Option<Range<u32>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Host {
    Any,
    Below(String),
    Exactly(String),
}

impl AllowedHosts {
    /// Parses `scheme://host:port` entries. The scheme may be `*`, the host `*` or `*.domain`, and the port `*` or
    /// `first..last`, which excludes the last. Skips entries that are empty because of an empty variable.
    pub fn parse(entries: impl IntoIterator<Item = String>) -> Result<Self, AllowedError> {
        entries
            .into_iter()
            .filter(|entry| !matches!(entry.as_str(), "" | "http://" | "https://"))
            .map(|entry| Allowed::parse(&entry).map_err(|reason| AllowedError { entry, reason }))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Whether requests to a host and port are allowed.
    pub fn allows(&self, scheme: &str, host: &str, port: u16) -> bool {
        self.0.iter().any(|allowed| allowed.matches(scheme, port) && allowed.host.matches(host))
    }

    /// Whether any TCP connections are allowed.
    pub fn allows_sockets(&self) -> bool {
        self.0.iter().any(Allowed::is_for_sockets)
    }

    /// Whether TCP connections to an address are allowed. Resolves the host names of entries.
    pub async fn allows_socket(&self, address: SocketAddr) -> bool {
        for allowed in self.0.iter().filter(|allowed| allowed.matches("tcp", address.port())) {
            let matches = match &allowed.host {
                Host::Any => true,
                Host::Below(_) => false,
                Host::Exactly(host) => match parse_ip(host) {
                    Some(ip) => ip == address.ip(),
                    None => match tokio::net::lookup_host((host.as_str(), address.port())).await {
                        Ok(mut found) => found.any(|found| found.ip() == address.ip()),
                        Err(_) => false,
                    },
                },
            };
            if matches {
                return true;
            }
        }
        false
    }
}

impl Allowed {
    fn parse(entry: &str) -> Result<Self, &'static str> {
        let Some((scheme, rest)) = entry.trim().split_once("://") else { return Err("has no scheme://") };
        let scheme = match scheme {
            "*" => None,
            word if !word.is_empty() && word.chars().all(|c| c.is_ascii_alphabetic()) => {
                Some(word.to_ascii_lowercase())
            }
            _ => return Err("has a scheme that is not a word or *"),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        if rest.contains(['/', '?', '#', '@']) {
            return Err("must be scheme://host:port");
        }
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, Some(port)),
            _ => (rest, None),
        };
        let ports = match (port, scheme.as_deref()) {
            (Some("*"), _) => None,
            (Some(port), _) => {
                Some(parse_ports(port).ok_or("has a port that is not a number, a range or *")?)
            }
            (None, Some("http")) => Some(80..81),
            (None, Some("https")) => Some(443..444),
            (None, _) => return Err("needs a port"),
        };
        Ok(Self { scheme, host: Host::parse(host)?, ports })
    }

    fn matches(&self, scheme: &str, port: u16) -> bool {
        self.scheme.as_deref().is_none_or(|allowed| allowed == scheme)
            && self.ports.as_ref().is_none_or(|ports| ports.contains(&port.into()))
    }

    fn is_for_sockets(&self) -> bool {
        self.scheme.as_deref().is_none_or(|scheme| scheme == "tcp")
    }
}

impl Host {
    fn parse(host: &str) -> Result<Self, &'static str> {
        let host = host.to_ascii_lowercase();
        if host == "*" {
            return Ok(Self::Any);
        }
        if host == "self" || host == "self.alt" {
            return Err(
                "refers to the application itself, which mcommerce does not support: name a component",
            );
        }
        let (name, below) = match host.strip_prefix('*') {
            Some(suffix) if suffix.starts_with('.') => (&suffix[1..], true),
            Some(_) => return Err("has a * that is not the whole first label"),
            None => (host.as_str(), false),
        };
        if parse_ip(name).is_none()
            && (name.is_empty()
                || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_')))
        {
            return Err("has a host that is not a name, an address or a wildcard");
        }
        Ok(if below { Self::Below(format!(".{name}")) } else { Self::Exactly(host) })
    }

    fn matches(&self, host: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Below(suffix) => {
                host.len() > suffix.len() && host.to_ascii_lowercase().ends_with(suffix.as_str())
            }
            Self::Exactly(allowed) => allowed.eq_ignore_ascii_case(host),
        }
    }
}

fn parse_ports(text: &str) -> Option<Range<u32>> {
    if let Some((first, last)) = text.split_once("..") {
        let (first, last): (u16, u16) = (first.parse().ok()?, last.parse().ok()?);
        return Some(first.into()..last.into());
    }
    let port: u16 = text.parse().ok()?;
    Some(u32::from(port)..u32::from(port) + 1)
}

fn parse_ip(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(entries: &[&str]) -> AllowedHosts {
        AllowedHosts::parse(entries.iter().map(|entry| (*entry).to_owned())).expect("the entries are valid")
    }

    #[test]
    fn only_the_named_scheme_host_and_port_is_allowed() {
        let hosts = allowed(&["http://bridge:3010", "https://api.example"]);
        assert!(hosts.allows("http", "bridge", 3010));
        assert!(hosts.allows("http", "BRIDGE", 3010));
        assert!(hosts.allows("https", "api.example", 443));
        for (scheme, host, port) in [
            ("https", "bridge", 3010),
            ("http", "bridge", 3011),
            ("http", "bridge.evil.example", 3010),
            ("http", "evilbridge", 3010),
            ("http", "api.example", 80),
        ] {
            assert!(!hosts.allows(scheme, host, port), "{scheme}://{host}:{port}");
        }
    }

    #[test]
    fn wildcards_match_subdomains_ports_and_schemes() {
        let hosts = allowed(&["http://*.example:*", "*://mail:20..26"]);
        assert!(hosts.allows("http", "a.b.example", 9));
        assert!(!hosts.allows("http", "example", 9));
        assert!(!hosts.allows("http", "notexample", 9));
        assert!(hosts.allows("smtp", "mail", 25));
        assert!(!hosts.allows("smtp", "mail", 26));
    }

    #[test]
    fn malformed_entries_are_refused() {
        for entry in [
            "bridge:3010",
            "*://bridge",
            "http://bridge/path",
            "http://a*b:1",
            "http://user@bridge:1",
            "http://self",
            "http://:1",
            "http://10.0.0.0/8:1",
            "http://bridge:port",
        ] {
            assert!(AllowedHosts::parse([entry.to_owned()]).is_err(), "{entry}");
        }
    }

    #[test]
    fn an_empty_entry_allows_nothing() {
        assert_eq!(allowed(&["", "http://"]), AllowedHosts::default());
    }

    #[tokio::test]
    async fn a_socket_needs_an_entry_for_tcp_and_its_address() {
        let hosts = allowed(&["*://localhost:3025", "http://127.0.0.1:80", "tcp://127.0.0.2:9"]);
        let allows = async |address: &str| hosts.allows_socket(address.parse().expect("an address")).await;
        assert!(allows("127.0.0.1:3025").await);
        assert!(allows("127.0.0.2:9").await);
        assert!(!allows("127.0.0.1:80").await);
        assert!(!allows("127.0.0.3:3025").await);
        assert!(!allowed(&["http://127.0.0.1:80"]).allows_sockets());
    }
}
