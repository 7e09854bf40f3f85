//! The pictures that a message leaves on other computers: fetched here and not by the page, within limits, when the user asks.

use std::{collections::HashMap, pin::pin, sync::Arc, time::Duration};

use satchel_domain::{connectivity::Connectivity, ports::Later};
use satchel_formats::{
    html,
    message::{self, Body, Message},
};
use satchel_store::raws;
use tokio::task::JoinSet;

use super::{
    item_key, mailbox_id, no_such_message,
    reading::{data_uri, safe_body},
};
use crate::{
    app::App,
    requests::{CancelPictures, CommandError, Done, ErrorCode, ShowPictures, ShownPictures},
    services::FarPicture,
};

/// What one message may fetch.
#[derive(Clone, Copy, Debug)]
struct Limits {
    pictures: usize,
    at_once: usize,
    /// Bytes of one picture.
    longest: usize,
    /// Bytes of all of them; in base64 they stay below what a message may hold.
    bytes: usize,
    wait: Duration,
}

/// The largest newsletters have sixty pictures and three megabytes.
const LIMITS: Limits =
    Limits { pictures: 100, at_once: 6, longest: 5 << 20, bytes: 20 << 20, wait: Duration::from_secs(20) };

impl App {
    /// The message's body with its pictures from the internet. It ends at `cancel_pictures`, and when another message's are
    /// asked for.
    pub async fn show_pictures(self: &Arc<Self>, request: ShowPictures) -> Result<ShownPictures, CommandError> {
        let (desk, key) = (self.desk()?, item_key(&request.key));
        mailbox_id(&request.mailbox)?;
        if desk.agent.status().connectivity == Connectivity::WorkingOffline {
            let message = "You work offline. Go online to see pictures from the internet.".to_owned();
            return Err(CommandError { code: ErrorCode::Offline, message });
        }
        self.cancel_pictures.notify_waiters();
        let cancelled = self.cancel_pictures.notified();
        let read = self
            .on_disk(desk.database.clone(), move |database| {
                let raw = database.read(|reader| raws::get(reader, &key))?;
                Ok(raw.as_deref().map(message::read).map(|message| (remote_pictures(&message), message)))
            })
            .await?;
        let (addresses, message) = read.ok_or_else(no_such_message)?;
        let services = Arc::clone(&self.services);
        let ask = move |address: String, longest| -> Later<'static, Option<FarPicture>> {
            let services = Arc::clone(&services);
            Box::pin(async move { services.far_picture(&address, longest).await })
        };
        let found = tokio::select! {
            found = fetch(addresses, ask, LIMITS) => found,
            () = cancelled => {
                let message = "The pictures were not fetched.".to_owned();
                return Err(CommandError { code: ErrorCode::Cancelled, message });
            }
        };
        let safe = self
            .on_disk(desk.database, move |_| Ok(safe_body(&message, &|address| found.get(address).cloned())))
            .await?;
        Ok(ShownPictures { body: safe.html, missing: safe.blocked_pictures })
    }

    /// Ends the wait for pictures, if there is one.
    pub async fn cancel_pictures(self: &Arc<Self>, _request: CancelPictures) -> Result<Done, CommandError> {
        self.cancel_pictures.notify_waiters();
        Ok(Done {})
    }
}

fn remote_pictures(message: &Message) -> Vec<String> {
    match &message.body {
        Body::Html(html) => html::remote_pictures(html),
        Body::Text(_) | Body::Nothing => Vec::new(),
    }
}

/// The `data:` URI for each address where a picture is, as far as the limits go. Dropping it ends every request.
async fn fetch(
    addresses: Vec<String>,
    ask: impl Fn(String, usize) -> Later<'static, Option<FarPicture>>,
    limits: Limits,
) -> HashMap<String, String> {
    let mut waiting = addresses.into_iter().take(limits.pictures);
    let mut asked = JoinSet::new();
    let mut found = HashMap::new();
    let mut room = limits.bytes;
    let mut too_late = pin!(tokio::time::sleep(limits.wait));
    loop {
        while asked.len() < limits.at_once
            && room > 0
            && let Some(address) = waiting.next()
        {
            let picture = ask(address.clone(), limits.longest.min(room));
            asked.spawn(async move { (address, picture.await) });
        }
        let answered = tokio::select! {
            answered = asked.join_next() => answered,
            () = &mut too_late => None,
        };
        match answered {
            Some(Ok((address, Some(picture)))) if picture.bytes.len() <= room => {
                if let Some(kind) = html::picture_kind(&picture.media_type, &picture.bytes) {
                    room -= picture.bytes.len();
                    found.insert(address, data_uri(kind, &picture.bytes));
                }
            }
            // It is counted with those that are missing.
            Some(_) => {}
            None => return found,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;

    const SMALL: Limits =
        Limits { pictures: 10, at_once: 3, longest: 60, bytes: 100, wait: Duration::from_millis(200) };

    fn addresses(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("https://shop.example/{number}.gif")).collect()
    }

    fn gif(length: usize) -> Option<FarPicture> {
        let bytes = b"GIF89a".iter().copied().chain(std::iter::repeat(0)).take(length).collect();
        Some(FarPicture { media_type: "image/gif".to_owned(), bytes })
    }

    #[tokio::test]
    async fn no_more_are_asked_for_than_a_message_may_have_and_few_at_once() {
        let (asked, most, now) = (Mutex::new(Vec::new()), Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let ask = |address: String, longest| -> Later<'static, Option<FarPicture>> {
            asked.lock().unwrap().push((address, longest));
            let (most, now) = (Arc::clone(&most), Arc::clone(&now));
            Box::pin(async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                now.fetch_sub(1, Ordering::SeqCst);
                gif(6)
            })
        };
        let found = fetch(addresses(30), ask, SMALL).await;
        assert_eq!((found.len(), most.load(Ordering::SeqCst)), (10, 3));
        assert_eq!(found["https://shop.example/9.gif"], "data:image/gif;base64,R0lGODlh");
        assert!(asked.lock().unwrap().iter().all(|(_, longest)| *longest <= 60));
    }

    #[tokio::test]
    async fn all_of_them_together_stay_below_the_sum() {
        let found = fetch(addresses(5), |_, _| Box::pin(async { gif(40) }), SMALL).await;
        assert_eq!(found.len(), 2);
    }

    #[tokio::test]
    async fn one_that_never_comes_keeps_nobody_waiting_and_the_others_are_shown() {
        let ask = |address: String, _| -> Later<'static, Option<FarPicture>> {
            Box::pin(async move { if address.ends_with("/1.gif") { std::future::pending().await } else { gif(6) } })
        };
        let found = fetch(addresses(5), ask, SMALL).await;
        assert!(found.len() == 4 && !found.contains_key("https://shop.example/1.gif"), "{found:?}");
    }

    #[tokio::test]
    async fn what_is_no_picture_is_not_shown() {
        let ask = |address: String, _| -> Later<'static, Option<FarPicture>> {
            Box::pin(async move {
                let (media_type, bytes): (_, &[u8]) = match address.rsplit('/').next().unwrap() {
                    "0.gif" => ("image/svg+xml", b"<svg onload='x()'/>"),
                    "1.gif" => ("text/html", b"GIF89a"),
                    "2.gif" => ("image/png", b"<html>Sign in to the network"),
                    _ => return None,
                };
                Some(FarPicture { media_type: media_type.to_owned(), bytes: bytes.to_vec() })
            })
        };
        assert!(fetch(addresses(4), ask, SMALL).await.is_empty());
    }
}
