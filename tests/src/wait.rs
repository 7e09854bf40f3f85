//! Waiting for something that should happen soon, and saying what did not.

use std::{
    future::Future,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

/// Long for a person, and enough for two cores that are busy with something else; only a failure waits for it.
pub const PATIENCE: Duration = Duration::from_secs(90);

const GLANCE: Duration = Duration::from_millis(50);

/// Asks again and again until there is an answer; `what` completes "waited for …".
pub async fn until<T, F>(what: &str, mut ask: impl FnMut() -> F) -> Result<T>
where
    F: Future<Output = Result<Option<T>>>,
{
    let deadline = Instant::now() + PATIENCE;
    loop {
        let last = ask().await;
        if let Ok(Some(found)) = last {
            return Ok(found);
        }
        if Instant::now() > deadline {
            match last {
                Err(error) => return Err(error.context(format!("waited {} s for {what}", PATIENCE.as_secs()))),
                Ok(_) => bail!("waited {} s for {what}", PATIENCE.as_secs()),
            }
        }
        tokio::time::sleep(GLANCE).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_error_on_the_way_is_not_the_end() {
        let mut tries = 0;
        let found = until("the third try", || {
            tries += 1;
            let now = tries;
            async move { if now < 3 { bail!("not yet") } else { Ok(Some(now)) } }
        });
        assert_eq!(found.await.unwrap(), 3);
    }
}
