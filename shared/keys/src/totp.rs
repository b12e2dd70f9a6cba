//! One-time codes by time (TOTP, RFC 6238), as every authenticator app makes them unless told otherwise: SHA-1, six digits, thirty
//! seconds. One step to either side is taken, for clocks that differ and codes that are typed slowly (section 5.2).

use jiff::Timestamp;
use totp_rs::{Builder, Secret, Totp};
use zeroize::Zeroizing;

use crate::KeyError;

/// As long as SHA-1's output (RFC 4226, section 4, R6).
const SECRET_BYTES: usize = 20;

/// What makes the codes of one member. Has no `Debug`.
pub struct OneTimeCodes {
    secret: Zeroizing<[u8; SECRET_BYTES]>,
}

impl OneTimeCodes {
    /// A new secret.
    pub fn generate() -> OneTimeCodes {
        OneTimeCodes { secret: Zeroizing::new(crate::random()) }
    }

    /// A secret that was made before.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(secret: &[u8]) -> Result<OneTimeCodes, KeyError> {
        let secret = secret.try_into().map_err(|_| KeyError::Wrong("the secret of a second factor"))?;
        Ok(OneTimeCodes { secret: Zeroizing::new(secret) })
    }

    pub fn secret(&self) -> &[u8] {
        &*self.secret
    }

    /// The secret as it is typed where no picture can be read: base32.
    pub fn text(&self) -> Zeroizing<String> {
        Zeroizing::new(Secret::new_stack(*self.secret).to_base32())
    }

    /// What a QR code says to an app: `otpauth://totp/Express:alice@example.com?secret=…`.
    pub fn uri(&self, issuer: &str, account: &str) -> Zeroizing<String> {
        // The colon stands between the two.
        let [issuer, account] = [issuer, account].map(|text| text.replace(':', " "));
        let totp = self.builder().with_issuer(Some(issuer)).with_account_name(account).build_noncompliant();
        Zeroizing::new(totp.to_url().unwrap_or_default())
    }

    /// Which step of time a code is of; `None` where it is not one of those that are right at `at`. A step is taken once, which is
    /// for the caller to see to.
    pub fn step(&self, code: &str, at: Timestamp) -> Option<u64> {
        let at = u64::try_from(at.as_second()).ok()?;
        self.codes().check(code, at)
    }

    /// The code that is right at `at`.
    pub fn code(&self, at: Timestamp) -> Zeroizing<String> {
        let at = u64::try_from(at.as_second()).unwrap_or_default();
        Zeroizing::new(self.codes().generate(at).to_string())
    }

    fn codes(&self) -> Totp {
        self.builder().build_noncompliant()
    }

    fn builder(&self) -> Builder {
        Builder::new().with_secret(Secret::new_stack(*self.secret)).with_digits(6).with_skew(1).with_step_duration(30)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_the_standard() -> OneTimeCodes {
        OneTimeCodes::of(b"12345678901234567890").unwrap()
    }

    #[test]
    fn the_codes_are_those_of_the_standard() {
        // RFC 6238, appendix B, of which six digits are shown.
        for (at, code) in
            [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924"), (20_000_000_000, "353130")]
        {
            let at = Timestamp::from_second(at).unwrap();
            assert_eq!(*of_the_standard().code(at), code);
            assert_eq!(of_the_standard().step(code, at), Some(at.as_second() as u64 / 30));
        }
    }

    #[test]
    fn a_step_to_either_side_is_taken_and_no_other() {
        let (codes, at) = (of_the_standard(), Timestamp::from_second(1_234_567_890).unwrap());
        let code = codes.code(at);
        let after = |seconds: i64| Timestamp::from_second(1_234_567_890 + seconds).unwrap();
        for (seconds, right) in [(-31, false), (-30, true), (0, true), (59, true), (60, false)] {
            assert_eq!(codes.step(&code, after(seconds)).is_some(), right, "{seconds}");
        }
        for wrong in ["", "28708", "2870820", "abcdef", "٢٨٧٠٨٢"] {
            assert_eq!(codes.step(wrong, at), None, "{wrong}");
        }
    }

    #[test]
    fn an_app_is_told_whose_it_is() {
        let uri = of_the_standard().uri("Express: security", "alice@example.com");
        assert_eq!(
            *uri,
            "otpauth://totp/Express%20%20security:alice%40example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Express%20%20security"
        );
        assert_eq!(*of_the_standard().text(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }
}
