//! A failure of the store: ours, never shown to a caller. By type it is worth another try or not.
//!
//! Whatever asks the store may fail with one, here and in the functions. So `# Errors` stands only where there is more to say: what
//! was written all the same, what it means for the caller, or what else may fail.

use std::fmt::Debug;

use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use desk_runtime::Retryable;

/// Why the store failed. Holds codes, never contents.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// Throttled, unreachable, timed out, 5xx: the same call may succeed later.
    #[error("the store is not available: {0}")]
    Retryable(String),
    /// The call itself is wrong; trying again changes nothing.
    #[error("the store refused: {0}")]
    Permanent(String),
    /// What is stored does not make sense.
    #[error("stored data is damaged: {0}")]
    Damaged(String),
}

/// Error codes of DynamoDB and S3 that pass by themselves.
const PASSING: [&str; 13] = [
    "InternalError",
    "InternalServerError",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "ReplicatedWriteConflictException",
    "RequestLimitExceeded",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "ThrottlingException",
    "TooManyRequests",
    "TransactionConflictException",
    "TransactionInProgressException",
];

/// In words, for a log.
impl From<Fault> for String {
    fn from(fault: Fault) -> String {
        fault.to_string()
    }
}

impl Retryable for Fault {
    fn is_retryable(&self) -> bool {
        matches!(self, Fault::Retryable(_))
    }
}

impl Fault {
    pub fn damaged(what: impl Into<String>) -> Fault {
        Fault::Damaged(what.into())
    }

    /// From any call's failure, by its kind and code. The message of the service is left out: it may quote a value.
    pub(crate) fn from_sdk<E: ProvideErrorMetadata + Debug, R: Debug>(e: &SdkError<E, R>) -> Fault {
        match e {
            SdkError::ConstructionFailure(_) => Fault::Permanent("the request could not be built".to_owned()),
            SdkError::TimeoutError(_) => Fault::Retryable("no answer in time".to_owned()),
            SdkError::DispatchFailure(_) => Fault::Retryable("it could not be reached".to_owned()),
            SdkError::ResponseError(_) => Fault::Retryable("its answer could not be read".to_owned()),
            SdkError::ServiceError(service) => Fault::from_code(service.err().code()),
            _ => Fault::Retryable("an unknown failure".to_owned()),
        }
    }

    pub(crate) fn from_code(code: Option<&str>) -> Fault {
        match code {
            // An answer without a code comes from something in between.
            None => Fault::Retryable("an answer without a code".to_owned()),
            Some(code) if PASSING.contains(&code) => Fault::Retryable(code.to_owned()),
            Some(code) => Fault::Permanent(code.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_is_retryable_or_not_by_type() {
        assert!(Fault::from_code(Some("ThrottlingException")).is_retryable());
        assert!(Fault::from_code(Some("TransactionConflictException")).is_retryable());
        assert!(Fault::from_code(None).is_retryable());
        assert!(!Fault::from_code(Some("ValidationException")).is_retryable());
        assert!(!Fault::from_code(Some("AccessDeniedException")).is_retryable());
        assert!(!Fault::damaged("x").is_retryable());
    }
}
