use std::fmt::Display;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::OnceLock;

use axum::extract::FromRequestParts;
use http::request::Parts;
use http::{HeaderMap, HeaderName};
use values::Variable;

use crate::problem::Rejection;
use crate::variable::variable_once;

/// The network a request comes from: an IPv4 address, or the /64 of an IPv6 address, whose owner can use any address in it;
/// `None` if it is unknown.
///
/// The variable `client_address_header` names the header that tells it, which whoever accepts the shop's connections sets,
/// whatever the client sent: the runtime's own `spin-client-addr`, or the header of a gateway in front of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientNetwork(pub Option<String>);

/// The header that names the client's address.
pub(crate) struct ClientAddressHeader(HeaderName);

impl Variable for ClientAddressHeader {
    fn parse(text: String) -> Result<Self, impl Display> {
        HeaderName::from_bytes(text.as_bytes()).map(Self)
    }
}

impl<S: Sync> FromRequestParts<S> for ClientNetwork {
    type Rejection = Rejection;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Rejection> {
        static HEADER: OnceLock<ClientAddressHeader> = OnceLock::new();
        let ClientAddressHeader(header) = variable_once(&HEADER, "client_address_header").await?;
        Ok(Self(network(&parts.headers, header)))
    }
}

fn network(headers: &HeaderMap, header: &HeaderName) -> Option<String> {
    // A runtime that adds its header to one that the client sent puts its own last.
    let text = headers.get_all(header).iter().next_back()?.to_str().ok()?;
    let address =
        text.parse::<SocketAddr>().map(|socket| socket.ip()).or_else(|_| text.parse::<IpAddr>()).ok()?;
    Some(match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{}/64", Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPINS: HeaderName = HeaderName::from_static("spin-client-addr");

    fn told(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert("spin-client-addr", value.parse().unwrap());
        headers.insert("x-forwarded-for", "203.0.113.9".parse().unwrap());
        network(&headers, &SPINS)
    }

    #[test]
    fn ports_and_headers_from_the_client_are_ignored() {
        assert_eq!(told("192.0.2.7:51234").as_deref(), Some("192.0.2.7"));
        assert_eq!(told("192.0.2.7").as_deref(), Some("192.0.2.7"));
        assert_eq!(told("[::ffff:192.0.2.7]:1").as_deref(), Some("192.0.2.7"));
        assert_eq!(told("[2001:db8:1:2:3:4:5:6]:443").as_deref(), Some("2001:db8:1:2::/64"));
        assert_eq!(told("somewhere"), None);
        assert_eq!(network(&HeaderMap::new(), &SPINS), None);
    }

    #[test]
    fn of_two_headers_the_last_is_the_runtimes() {
        let mut headers = HeaderMap::new();
        headers.append("spin-client-addr", "203.0.113.9:1".parse().unwrap());
        headers.append("spin-client-addr", "192.0.2.7:1".parse().unwrap());
        assert_eq!(network(&headers, &SPINS).as_deref(), Some("192.0.2.7"));
    }

    #[test]
    fn behind_a_gateway_only_its_header_counts() {
        let mut headers = HeaderMap::new();
        headers.insert("spin-client-addr", "10.1.2.3:4567".parse().unwrap());
        let gateways = HeaderName::from_static("x-real-ip");
        headers.insert("x-real-ip", "192.0.2.7".parse().unwrap());
        assert_eq!(network(&headers, &gateways).as_deref(), Some("192.0.2.7"));
        headers.remove("x-real-ip");
        assert_eq!(network(&headers, &gateways), None);
    }
}
