//! What the functions that answer HTTP share: problem+json (RFC 9457), security headers, bodies, files, answers that are kept, and
//! answering before they could start.

pub mod answer;
pub mod body;
pub mod headers;
pub mod problem;
mod ready;
pub mod session;
pub mod upload;

pub use problem::Problem;
pub use ready::when_ready;
