use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use http::HeaderMap;
use kit::{Collection, Quota, Tally};

/// Where attempts are counted.
pub const LOGIN_ATTEMPTS: Collection<Tally> = Collection::new("login_attempts");

const WINDOW: Duration = Duration::from_mins(15);

/// How often a wrong password may be tried for one account, whether it exists or not.
pub const ACCOUNT_FAILURES: Quota = Quota::new("login.account", 10, WINDOW);

/// How often a wrong password may be tried from one network.
pub const ADDRESS_FAILURES: Quota = Quota::new("login.address", 50, WINDOW);

/// How often accounts may be opened from one network.
pub const REGISTRATIONS: Quota = Quota::new("register.address", 20, WINDOW);

/// The network a request comes from: an IPv4 address, or the /64 of an IPv6 one, since its owner can take any address of
/// that. It is in the header that whoever takes the shop's connections sets, whatever the client sent: the host's own
/// `spin-client-addr`, or behind a gateway, where that names the gateway, one of the gateway's. `None` if it is not told.
#[must_use]
pub fn client_network(headers: &HeaderMap, told_in: &str) -> Option<String> {
    // A host that adds its header to one a client sent puts its own last.
    let text = headers.get_all(told_in).iter().next_back()?.to_str().ok()?;
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

    fn of(value: &str) -> Option<String> {
        let mut headers = HeaderMap::new();
        headers.insert("spin-client-addr", value.parse().unwrap());
        headers.insert("x-forwarded-for", "203.0.113.9".parse().unwrap());
        client_network(&headers, "spin-client-addr")
    }

    #[test]
    fn ports_do_not_count_and_neither_does_what_a_client_says() {
        assert_eq!(of("192.0.2.7:51234").as_deref(), Some("192.0.2.7"));
        assert_eq!(of("192.0.2.7").as_deref(), Some("192.0.2.7"));
        assert_eq!(of("[::ffff:192.0.2.7]:1").as_deref(), Some("192.0.2.7"));
        assert_eq!(of("[2001:db8:1:2:3:4:5:6]:443").as_deref(), Some("2001:db8:1:2::/64"));
        assert_eq!(of("somewhere"), None);
        assert_eq!(client_network(&HeaderMap::new(), "spin-client-addr"), None);
    }

    #[test]
    fn of_two_headers_the_hosts_is_the_last() {
        let mut headers = HeaderMap::new();
        headers.append("spin-client-addr", "203.0.113.9:1".parse().unwrap());
        headers.append("spin-client-addr", "192.0.2.7:1".parse().unwrap());
        assert_eq!(client_network(&headers, "spin-client-addr").as_deref(), Some("192.0.2.7"));
    }

    #[test]
    fn behind_a_gateway_its_header_tells_and_the_hosts_does_not() {
        let mut headers = HeaderMap::new();
        headers.insert("spin-client-addr", "10.1.2.3:4567".parse().unwrap());
        headers.insert("x-real-ip", "192.0.2.7".parse().unwrap());
        assert_eq!(client_network(&headers, "x-real-ip").as_deref(), Some("192.0.2.7"));
        headers.remove("x-real-ip");
        assert_eq!(client_network(&headers, "x-real-ip"), None);
    }
}
