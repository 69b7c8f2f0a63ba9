use std::time::Duration;

use super::{connect, plain_wish};
use crate::cli::deploy::engine::ScapServer;
use crate::cli::deploy::opened::Opened;
use crate::deploy::Action;
use crate::deploy::scap_engine::{ScapPlanner, ScapRefusal, ServerError};

/// Asks the deployment server what stands in the way of a deploy, and changes nothing there.
///
/// # Errors
/// Where it cannot be reached, or has not answered after `patience`.
pub(in crate::cli) async fn obstacles(
    opened: &Opened,
    server: &ScapServer,
    patience: Duration,
) -> Result<Vec<ScapRefusal>, ScapRefusal> {
    let asked = async {
        let connected = connect(opened, server).await?;
        let wish = plain_wish(opened, server, Action::Deploy, "");
        let planner = ScapPlanner::of_server(&opened.repository, &opened.working.value, wish);
        let obstacles = planner.obstacles(&connected).await;
        connected.close().await;
        obstacles
    };
    let late = |_| ScapRefusal::Server {
        host: server.host.clone(),
        error: Box::new(ServerError::Silent(patience)),
    };
    tokio::time::timeout(patience, asked).await.map_err(late)?
}
