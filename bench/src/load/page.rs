//! The page of a conversation, as the server draws it.

use model::{MessageId, limits::SEND_BURST};

use super::{crowd::Crowd, instance::Instance};
use crate::client::Http;

/// SQL statements for one page.
///
/// # Errors
/// The page does not come.
pub(super) async fn statements(instance: &Instance, crowd: &Crowd) -> anyhow::Result<u64> {
    let somebody = &crowd.people[0];
    for number in 0..SEND_BURST {
        let sent = somebody.http.send(somebody.room, MessageId::new(), &format!("{number} of some")).await;
        sent.map_err(|refused| anyhow::anyhow!("{refused}"))?;
    }
    // The first draws prepare statements.
    draw(&somebody.http, somebody).await?;
    instance.log_statements().await?;
    draw(&somebody.http, somebody).await?;
    let before = instance.statements()?;
    const PAGES: u64 = 10;
    for _ in 0..PAGES {
        draw(&somebody.http, somebody).await?;
    }
    // The program's own looks at its queues fall in between.
    Ok((instance.statements()? - before) / PAGES)
}

async fn draw(http: &Http, somebody: &super::crowd::Somebody) -> anyhow::Result<()> {
    let page = http.text(&format!("/chats/{}", somebody.room)).await?;
    anyhow::ensure!(page.contains("of some"), "the page shows no messages");
    Ok(())
}
