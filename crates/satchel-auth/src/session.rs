//! Stays signed in: tokens in memory, one renewal at a time, the refresh token kept before anything new is handed out.

use std::{collections::BTreeMap, fmt, sync::Arc, time::Duration};

use satchel_domain::{
    Private, ServiceError,
    error::Answer,
    ports::{Later, TokenSource},
};
use satchel_http::Client;
use tokio::{sync::Mutex, time::Instant};

use crate::{
    sign_in::SignedIn,
    token::{self, Authority},
};

/// A token that ends sooner than this is not handed out any more.
const GOOD_FOR: Duration = Duration::from_secs(60);

/// Where a new refresh token is stored durably. The old one may be void the moment the new one is there.
pub trait KeepRefreshToken: Send + Sync + fmt::Debug {
    /// Says why not, when it cannot.
    fn keep<'a>(&'a self, token: &'a Private<String>) -> Later<'a, Result<(), String>>;
}

/// One sign-in's tokens for one resource; [`Session::for_resource`] shares the sign-in with another.
#[derive(Clone, Debug)]
pub struct Session {
    shared: Arc<Shared>,
    resource: String,
}

#[derive(Debug)]
struct Shared {
    http: Client,
    authority: Authority,
    client_id: String,
    keep: Arc<dyn KeepRefreshToken>,
    /// Held during a renewal, so that whoever asks meanwhile gets its outcome.
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    refresh: Private<String>,
    /// The refresh token is newer than the one that was kept.
    is_unkept: bool,
    access: BTreeMap<String, Access>,
}

#[derive(Clone, Debug)]
struct Access {
    token: Private<String>,
    expires: Instant,
}

impl Session {
    /// Goes on with a refresh token that was kept.
    pub fn resume(
        http: Client,
        authority: Authority,
        client_id: String,
        resource: String,
        refresh_token: Private<String>,
        keep: Arc<dyn KeepRefreshToken>,
    ) -> Self {
        let state = State { refresh: refresh_token, is_unkept: false, access: BTreeMap::new() };
        Self { shared: Arc::new(Shared { http, authority, client_id, keep, state: Mutex::new(state) }), resource }
    }

    /// Goes on after a sign-in, once its refresh token is kept.
    pub async fn signed_in(http: Client, signed_in: SignedIn, keep: Arc<dyn KeepRefreshToken>) -> Answer<Self> {
        let SignedIn { authority, client_id, resource, refresh_token, access_token, expires } = signed_in;
        let session = Self::resume(http, authority, client_id, resource.clone(), refresh_token, keep);
        let mut state = session.shared.state.lock().await;
        state.is_unkept = true;
        session.shared.keep_new(&mut state).await?;
        state.access.insert(resource, Access { token: access_token, expires });
        drop(state);
        Ok(session)
    }

    /// The same sign-in, for another service.
    #[must_use]
    pub fn for_resource(&self, resource: impl Into<String>) -> Self {
        Self { shared: Arc::clone(&self.shared), resource: resource.into() }
    }

    /// In a task of its own: a caller who gives up must not lose a refresh token that the authority has already replaced.
    async fn ask(&self, refused: Option<Private<String>>) -> Answer<Private<String>> {
        let (shared, resource) = (Arc::clone(&self.shared), self.resource.clone());
        let asked = tokio::spawn(async move { shared.access(&resource, refused).await });
        asked.await.unwrap_or_else(|error| {
            Err(ServiceError::Broken { detail: format!("renewing the token ended early: {error}") })
        })
    }
}

impl Shared {
    async fn access(&self, resource: &str, refused: Option<Private<String>>) -> Answer<Private<String>> {
        let mut state = self.state.lock().await;
        self.keep_new(&mut state).await?;
        let now = Instant::now();
        if let Some(access) = state.access.get(resource)
            && access.expires > now + GOOD_FOR
            && refused.as_ref() != Some(&access.token)
        {
            return Ok(access.token.clone());
        }
        let scope = token::scope(resource);
        let refresh = state.refresh.clone();
        let fields = [
            ("grant_type", "refresh_token"),
            ("client_id", &self.client_id),
            ("refresh_token", refresh.reveal()),
            ("scope", &scope),
        ];
        let granted = token::ask(&self.http, &self.authority, &fields).await?;
        if let Some(new) = granted.refresh.filter(|new| new != &state.refresh) {
            state.refresh = new;
            state.is_unkept = true;
        }
        let access = Access { token: granted.access, expires: now + granted.lasts };
        state.access.insert(resource.to_owned(), access.clone());
        self.keep_new(&mut state).await?;
        Ok(access.token)
    }

    /// What could not be kept is tried again at the next call, and nothing is handed out before.
    async fn keep_new(&self, state: &mut State) -> Answer<()> {
        if !state.is_unkept {
            return Ok(());
        }
        let kept = self.keep.keep(&state.refresh).await;
        kept.map_err(|why| ServiceError::Unreachable {
            why: format!("The sign-in cannot be stored on this computer: {why}"),
        })?;
        state.is_unkept = false;
        Ok(())
    }
}

impl TokenSource for Session {
    fn token(&self) -> Later<'_, Answer<Private<String>>> {
        Box::pin(self.ask(None))
    }

    fn renew<'a>(&'a self, old: &'a Private<String>) -> Later<'a, Answer<Private<String>>> {
        Box::pin(self.ask(Some(old.clone())))
    }
}
