//! Where a call may go: to machines of the public internet, by HTTPS; and to this very machine, where the address itself names it.
//!
//! A name may stand for anything: for the address from which a cloud hands out credentials, for a machine beside this one. So what is held
//! against the rule is what a name stands for, in the very look-up whose result is then connected to: whoever changes what the name
//! stands for in between changes nothing. What is called by its number goes the same way.
//!
//! The traits are `ureq`'s that it may change with any version; `Cargo.lock` holds the one that this compiles with.

use std::fmt;
use std::net::{IpAddr, SocketAddr};

use ureq::Error;
use ureq::config::Config;
use ureq::http::Uri;
use ureq::http::uri::Scheme;
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::special;

/// Why an address is not called; never which.
#[derive(Debug)]
pub(crate) struct NotCalled(pub &'static str);

pub(crate) const PLAIN: &str = "the address is not https, and is not called";
pub(crate) const INSIDE: &str = "the address leads to no machine of the public internet, and is not called";

impl fmt::Display for NotCalled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for NotCalled {}

/// Looks names up, and keeps what may be called.
#[derive(Debug)]
pub(crate) struct Outside<Names>(pub Names);

impl<Names: Resolver> Resolver for Outside<Names> {
    fn resolve(&self, uri: &Uri, config: &Config, timeout: NextTimeout) -> Result<ResolvedSocketAddrs, Error> {
        let here = is_here(uri);
        if !here && uri.scheme() != Some(&Scheme::HTTPS) {
            return Err(not_called(PLAIN));
        }
        let found = self.0.resolve(uri, config, timeout)?;
        let mut kept = self.empty();
        found.iter().filter(|at| may_be_called(here, at)).for_each(|at| kept.push(*at));
        if kept.is_empty() { Err(not_called(INSIDE)) } else { Ok(kept) }
    }
}

fn not_called(why: &'static str) -> Error {
    Error::Other(Box::new(NotCalled(why)))
}

/// Whether an address names this very machine, by the words that everybody knows it by.
fn is_here(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    ["127.0.0.1", "[::1]", "localhost"].iter().any(|name| host.eq_ignore_ascii_case(name))
}

fn may_be_called(here: bool, at: &SocketAddr) -> bool {
    let ip: IpAddr = at.ip();
    if here { ip.is_loopback() } else { !special::is_special(ip) }
}
