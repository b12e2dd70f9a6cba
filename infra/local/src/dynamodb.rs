//! The embedded DynamoDB: `dynoxide` over one SQLite file, on a loopback port of its own.

use std::path::Path;

use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::Failure;

/// A running stand-in; ends with [`Embedded::stop`].
pub struct Embedded {
    pub url: String,
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<(), String>>,
}

impl Embedded {
    /// # Errors
    /// When the file cannot be opened or no port is free.
    pub async fn start(file: &Path) -> Result<Embedded, Failure> {
        let cannot = |e: String| Failure::of("the embedded DynamoDB cannot start", e);
        let path = file.to_str().ok_or_else(|| cannot("the path is not UTF-8".to_owned()))?;
        let database = Database::new(path).map_err(|e| cannot(e.to_string()))?;
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(|e| cannot(e.to_string()))?;
        let address = listener.local_addr().map_err(|e| cannot(e.to_string()))?;
        let (stop, stopped) = oneshot::channel();
        let until = async {
            let _ = stopped.await;
        };
        let task = tokio::spawn(dynoxide::server::serve_with_shutdown(listener, database, until));
        Ok(Embedded { url: format!("http://{address}"), stop, task })
    }

    pub async fn stop(self) {
        let _ = self.stop.send(());
        // A connection that is kept alive by its client would hold the shutdown; what is stored is stored.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(1), self.task).await;
    }
}
