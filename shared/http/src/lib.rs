//! What the functions that answer HTTP share: problem+json (RFC 9457), security headers, bodies, files, answers that are kept, from
//! which network a request comes and whether it is asked to wait, that no answer is too large to be sent, and answering before they
//! could start.

pub mod answer;
pub mod body;
pub mod carried;
pub mod headers;
mod limits;
pub mod problem;
mod ready;
pub mod session;
pub mod source;
pub mod upload;

pub use limits::Limits;
pub use problem::Problem;
pub use ready::when_ready;
