//! One KMS key: wraps bytes, bound to a context, or signs a digest.

use std::time::Duration;

use aws_sdk_kms::Client;
use aws_sdk_kms::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_kms::primitives::Blob;
use aws_sdk_kms::types::{MessageType, SigningAlgorithmSpec};
use desk_aws::{Account, TimeoutConfig, client_config};
use zeroize::Zeroizing;

use crate::KeyError;

const WRONG: KeyError = KeyError::Wrong("it cannot be unwrapped with this key in this context");

/// A key of KMS's, by its ARN. Cheap to clone.
#[derive(Clone)]
pub(crate) struct KmsKey {
    client: Client,
    arn: String,
    /// The name under which a context goes into the ciphertext and into KMS's own log: `case`, `ring`.
    context: &'static str,
}

impl KmsKey {
    pub fn new(client: &Client, arn: String, context: &'static str) -> KmsKey {
        KmsKey { client: client.clone(), arn, context }
    }

    /// A client: every call may be repeated, so the SDK's retries stay on.
    pub fn client(account: &Account) -> Client {
        Client::from_conf(client_config!(aws_sdk_kms, account, "KMS").timeout_config(impatient()).build())
    }

    pub async fn encrypt(&self, plain: &[u8], context: &str) -> Result<Vec<u8>, KeyError> {
        let call = self.client.encrypt().key_id(&self.arn).encryption_context(self.context, context);
        let output = call.plaintext(Blob::new(plain)).send().await.map_err(|e| unavailable(&e))?;
        output.ciphertext_blob.map(Blob::into_inner).ok_or_else(empty)
    }

    pub async fn decrypt(&self, wrapped: &[u8], context: &str) -> Result<Zeroizing<Vec<u8>>, KeyError> {
        let call = self.client.decrypt().key_id(&self.arn).encryption_context(self.context, context);
        match call.ciphertext_blob(Blob::new(wrapped)).send().await {
            Ok(output) => output.plaintext.map(|plain| Zeroizing::new(plain.into_inner())).ok_or_else(empty),
            Err(e) if matches!(e.code(), Some("InvalidCiphertextException" | "IncorrectKeyException")) => Err(WRONG),
            Err(e) => Err(unavailable(&e)),
        }
    }

    /// The ECDSA signature over a SHA-256 digest, in DER.
    pub async fn sign(&self, digest: &[u8]) -> Result<Vec<u8>, KeyError> {
        let call = self.client.sign().key_id(&self.arn).message_type(MessageType::Digest);
        let call = call.signing_algorithm(SigningAlgorithmSpec::EcdsaSha256).message(Blob::new(digest));
        let output = call.send().await.map_err(|e| unavailable(&e))?;
        output.signature.map(Blob::into_inner).ok_or_else(empty)
    }

    /// The public half as SubjectPublicKeyInfo, in DER.
    pub async fn public(&self) -> Result<Vec<u8>, KeyError> {
        let output = self.client.get_public_key().key_id(&self.arn).send().await.map_err(|e| unavailable(&e))?;
        output.public_key.map(Blob::into_inner).ok_or_else(empty)
    }

    /// New key material for later wrapping; bytes that were wrapped before still open.
    pub async fn rotate(&self) -> Result<(), KeyError> {
        self.client.rotate_key_on_demand().key_id(&self.arn).send().await.map_err(|e| unavailable(&e)).map(drop)
    }
}

/// Two calls to KMS stand before each receipt, and its sender must hear of a failure before the gateway gives up.
pub(crate) fn impatient() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(1))
        .operation_attempt_timeout(Duration::from_millis(1500))
        .operation_timeout(Duration::from_secs(4))
        .build()
}

fn empty() -> KeyError {
    KeyError::Unavailable("an answer without a value".to_owned())
}

/// By its code alone: a service's own words may quote its input.
pub(crate) fn unavailable<E: ProvideErrorMetadata, R>(e: &SdkError<E, R>) -> KeyError {
    KeyError::Unavailable(e.code().unwrap_or("no answer that tells").to_owned())
}
