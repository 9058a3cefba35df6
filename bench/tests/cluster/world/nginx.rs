//! One more nginx, by the rules of the cluster's.

use std::{net::TcpListener as Port, process::Stdio};

use tempfile::TempDir;
use tokio::process::{Child, Command};

use super::{Node, until};

pub(crate) struct Nginx {
    pub(crate) address: String,
    _folder: TempDir,
    _child: Child,
}

impl Nginx {
    /// Starts one in front of these nodes, and waits until it answers.
    pub(crate) async fn before(nodes: &[Node]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = Port::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("bash");
        command.arg("scripts/engines/nginx.sh").arg(folder.path()).arg(port.to_string());
        command.args(nodes.iter().map(|node| node.address.rsplit(':').next().unwrap()));
        // It ends with its standard input, even if this process is killed.
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).kill_on_drop(true);
        let child = command.spawn().unwrap();
        let nginx = Self { address: format!("127.0.0.1:{port}"), _folder: folder, _child: child };
        until("nginx answers", async || tokio::net::TcpStream::connect(&nginx.address).await.ok()).await;
        nginx
    }
}
