//! Mail: [`compose`] builds a message, [`ses`] hands it to SES once, [`event`] reads what SES tells of it; [`read`] reads what
//! comes in, [`token`] joins an answer to its case, [`openpgp`] encrypts, signs and opens.

pub mod compose;
pub mod event;
pub mod openpgp;
pub mod read;
pub mod ses;
pub mod token;

/// An address for a log: `a…@example.com`.
pub fn masked(address: &str) -> String {
    match address.split_once('@') {
        Some((local, domain)) => format!("{}…@{domain}", local.chars().next().unwrap_or('?')),
        None => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn addresses_are_masked_for_logs() {
        assert_eq!(super::masked("alice@example.com"), "a…@example.com");
        assert_eq!(super::masked("nothing"), "…");
    }
}
