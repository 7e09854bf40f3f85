//! The organisation seen from outside: a token in hand, a browser without a window, a busy colleague.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use reqwest::header::{AUTHORIZATION, IF_MATCH};
use reqwest::{Certificate, Client, Response};
use serde_json::{Map, Value, json};

use crate::authority::{Audience, Grant, Keys, issuer};
use crate::home::Home;
use crate::staff::User;

const PATIENCE: Duration = Duration::from_secs(30);
const HOUR: i64 = 3600;
/// The app that Microsoft's own samples sign in with.
const CLIENT: &str = "51f81489-12ee-4a9e-aaae-a2591f45987d";
/// What the colleague writes when nothing else was asked for.
const NEWS: &str = "Spoke with the customer this morning: they want the delivery in two lots and an \
                    answer on the service contract before the end of the month.";

/// An access token, made with the organisation's own key; the organisation may be running or not.
pub fn token(data: &Path, user: User, audience: Audience, seconds: Option<i64>) -> Result<String> {
    let keys = Keys::read(&Home::open(data)?)?;
    keys.sign(&Grant {
        user,
        audience: audience.application(),
        issuer: &issuer("https://localhost"),
        client: CLIENT,
        scope: "user_impersonation",
        seconds: seconds.unwrap_or(HOUR),
    })
}

fn client(data: &Path) -> Result<Client> {
    let path = Home::open(data)?.authority_certificate();
    let pem = std::fs::read(&path).with_context(|| format!("cannot read {}", path.display()))?;
    Client::builder()
        .tls_certs_merge([Certificate::from_pem(&pem)?])
        .no_proxy()
        .timeout(PATIENCE)
        .build()
        .context("cannot prepare the connection")
}

/// Opens an address as a browser does, all redirects included, and says where it ended.
pub async fn follow(data: &Path, url: &str) -> Result<String> {
    let answer = client(data)?.get(url).send().await.with_context(|| format!("cannot open {}", without_query(url)))?;
    let end = without_query(answer.url().as_str()).to_owned();
    if answer.status().is_success() {
        return Ok(format!("arrived at {end}"));
    }
    let status = answer.status();
    let text = answer.text().await.unwrap_or_default();
    bail!("{end} answered {status}: {}", text.chars().take(300).collect::<String>())
}

/// A query may hold a code or a state, which belong into no message.
fn without_query(url: &str) -> &str {
    url.split_once('?').map_or(url, |(start, _)| start)
}

/// A change that someone else makes, over the Web API like everyone.
#[derive(Clone, Debug)]
pub struct Change {
    pub data: PathBuf,
    /// The organisation's base URL.
    pub url: String,
    pub user: User,
    /// The set of rows, as `opportunities`.
    pub table: String,
    pub id: Option<String>,
    pub name: Option<String>,
    /// `column=value`; a value that is no JSON is taken as text.
    pub set: Vec<String>,
}

/// Changes one row and says in a sentence what is different now.
pub async fn change(change: &Change) -> Result<String> {
    let client = client(&change.data)?;
    let api = format!("{}/api/data/v9.2", change.url.trim_end_matches('/'));
    let bearer = format!("Bearer {}", token(&change.data, change.user, Audience::Crm, None)?);
    let get = async |path: String| -> Result<Value> {
        let answer = client
            .get(format!("{api}/{path}"))
            .header(AUTHORIZATION, &bearer)
            .send()
            .await
            .with_context(|| format!("cannot reach {}; is the demo organisation running?", change.url))?;
        Ok(accepted(answer).await?.json().await?)
    };
    let names = get(format!(
        "EntityDefinitions?$select=PrimaryIdAttribute,PrimaryNameAttribute&$filter=EntitySetName eq '{}'",
        change.table
    ))
    .await?;
    let name_of = |member: &str| names["value"][0][member].as_str().map(str::to_owned);
    let (Some(key), Some(title)) = (name_of("PrimaryIdAttribute"), name_of("PrimaryNameAttribute")) else {
        bail!("there is no table {}", change.table);
    };
    let row = match (&change.id, &change.name) {
        (Some(id), _) => get(format!("{}({id})?$select={title}", change.table)).await?,
        (None, name) => {
            let filter = match name {
                Some(name) => format!("{title} eq '{}'", name.replace('\'', "''")),
                None => format!("statecode eq 0 and _ownerid_value eq {}", User::Salesperson.person().id),
            };
            let path = format!(
                "{}?$select={title}&$top=1&$orderby={title}&$filter={}",
                change.table,
                crate::http::encode(&filter)
            );
            get(path).await?["value"].get(0).cloned().unwrap_or_default()
        }
    };
    let (Some(id), Some(etag)) = (row[&key].as_str(), row["@odata.etag"].as_str()) else {
        bail!("no row of {} fits; name one with --id or --name", change.table);
    };
    let values = values(&change.set)?;
    let answer = client
        .patch(format!("{api}/{}({id})", change.table))
        .header(AUTHORIZATION, &bearer)
        .header(IF_MATCH, etag)
        .json(&values)
        .send()
        .await?;
    accepted(answer).await?;
    let what: Vec<String> = values.iter().map(|(column, value)| format!("{column} to {value}")).collect();
    Ok(format!(
        "{} changed {} of \"{}\".",
        change.user.person().name(),
        what.join(" and "),
        row[&title].as_str().unwrap_or(id)
    ))
}

fn values(set: &[String]) -> Result<Map<String, Value>> {
    if set.is_empty() {
        return Ok(Map::from_iter([("description".to_owned(), json!(NEWS))]));
    }
    set.iter()
        .map(|pair| {
            let (column, value) =
                pair.split_once('=').with_context(|| format!("'{pair}' is not of the form column=value"))?;
            let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
            Ok((column.to_owned(), value))
        })
        .collect()
}

async fn accepted(answer: Response) -> Result<Response> {
    if answer.status().is_success() {
        return Ok(answer);
    }
    let status = answer.status();
    let body: Value = answer.json().await.unwrap_or_default();
    let message = body["error"]["message"].as_str().unwrap_or("no reason given");
    bail!("the organisation answered {status}: {message}")
}
