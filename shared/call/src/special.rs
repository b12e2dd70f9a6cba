//! Addresses that are no machine of the public internet: what IANA's registries of special-purpose addresses do not call globally reachable
//! (<https://www.iana.org/assignments/iana-ipv4-special-registry>, <https://www.iana.org/assignments/iana-ipv6-special-registry>), with
//! everything that lies between; multicast; and where clouds tell a machine of itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// Of IPv4, those.
pub(crate) const IPV4: [Ipv4Net; 16] = [
    v4([0, 0, 0, 0], 8),        // this network
    v4([10, 0, 0, 0], 8),       // private
    v4([100, 64, 0, 0], 10),    // between a provider and its customers
    v4([127, 0, 0, 0], 8),      // loopback
    v4([168, 63, 129, 16], 32), // where Azure tells a machine of itself
    v4([169, 254, 0, 0], 16),   // link-local, where most clouds do
    v4([172, 16, 0, 0], 12),    // private
    v4([192, 0, 0, 0], 24),     // protocols
    v4([192, 0, 2, 0], 24),     // documentation
    v4([192, 88, 99, 0], 24),   // relays of 6to4
    v4([192, 168, 0, 0], 16),   // private
    v4([198, 18, 0, 0], 15),    // benchmarks
    v4([198, 51, 100, 0], 24),  // documentation
    v4([203, 0, 113, 0], 24),   // documentation
    v4([224, 0, 0, 0], 4),      // multicast
    v4([240, 0, 0, 0], 4),      // reserved; the last is broadcast
];

/// Of IPv6 what one machine of the internet has (RFC 4291, 2.4). All else is loopback, one link's, somebody's own network's
/// (`fc00::/7`), many machines' (`ff00::/8`), or nobody's.
const UNICAST: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// And of that, those.
pub(crate) const IPV6: [Ipv6Net; 4] = [
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), // protocols: Teredo, which has IPv4 in it, and benchmarks among them
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), // documentation
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), // 6to4, which has IPv4 in it
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), // documentation
];

/// IPv4 as a network without it reaches it (NAT64, RFC 6052, 2.1).
const TRANSLATED: Ipv6Net = v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);

const fn v4([a, b, c, d]: [u8; 4], prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6([a, b, c, d, e, f, g, h]: [u16; 8], prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), prefix)
}

/// Whether it is one of them. What stands for an address of IPv4 is what that one is.
pub(crate) fn is_special(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => IPV4.iter().any(|net| net.contains(&ip)),
        IpAddr::V6(ip) => match stands_for(ip) {
            Some(ip) => is_special(IpAddr::V4(ip)),
            None => !UNICAST.contains(&ip) || IPV6.iter().any(|net| net.contains(&ip)),
        },
    }
}

/// As IPv6 writes IPv4 (`::ffff:192.0.2.1`), or as it is translated.
fn stands_for(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let [.., a, b, c, d] = ip.octets();
    ip.to_ipv4_mapped().or_else(|| TRANSLATED.contains(&ip).then(|| Ipv4Addr::new(a, b, c, d)))
}
