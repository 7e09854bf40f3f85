//! What the user did is taken back where it is by then: in CRM, and after a restart.

use anyhow::{Result, ensure};
use satchel_tests::{Key, Organisation, Place, Sought, User, Window, until};
use serde_json::Value;

use crate::{
    edits::{deal, holds, open_deal, retype},
    words::{grid, signed_in_to_the_demo},
};

const OURS: i64 = 184_321;

async fn estimated(organisation: &Organisation, id: &str) -> Result<Value> {
    let mut deal = organisation.ask(User::Admin, &format!("opportunities({id})?$select=estimatedvalue")).await?;
    Ok(deal["estimatedvalue"].take())
}

async fn is_back(organisation: &Organisation, id: &str, before: &Value) -> Result<()> {
    until("the old value in CRM", || async { Ok((estimated(organisation, id).await? == *before).then_some(())) }).await
}

/// Waits until there is something to take back.
async fn may_take_back(window: &Window<'_>) -> Result<()> {
    window.see(&Sought::css("button[aria-label='Take back']:not([aria-disabled='true'])")).await.map(drop)
}

#[tokio::test]
async fn a_change_that_crm_has_is_taken_back_by_ctrl_z_and_another_after_a_restart() -> Result<()> {
    let place = Place::prepare()?;
    let (organisation, window) = signed_in_to_the_demo(&place).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await?;
    let (id, name) = deal(&organisation).await?;
    let before = estimated(&organisation, &id).await?;
    ensure!(before.as_f64() != Some(OURS as f64), "the deal has this value already");
    open_deal(&window, &name).await?;
    for is_first in [true, false] {
        retype(&window, "estimatedvalue", &OURS.to_string()).await?;
        window.press(&[Key::Control, Key::Letter('s')]).await?;
        holds(&organisation, &id, OURS).await?;
        may_take_back(&window).await?;
        if is_first {
            // The focus is still in the field that was saved.
            window.press(&[Key::Control, Key::Letter('z')]).await?;
            let said = window.see_words(&Sought::css("[data-testid=taken-back]"), "Taken back: your change of").await?;
            ensure!(said.contains(&name), "it does not say of what: {said}");
            window.picture("record-taken-back").await?;
            is_back(&organisation, &id, &before).await?;
            // The field has the old value again: what is typed next is typed over that.
            let field =
                "return document.querySelector(\"[data-column='estimatedvalue'] input\").value.replace(/[^0-9]/g, '')";
            until("the old value in its field", || async {
                let shown = window.run(field).await?;
                Ok((!shown.as_str().unwrap_or_default().contains(&OURS.to_string())).then_some(()))
            })
            .await?;
            window.see_words(&Sought::css("[data-pane=item]"), "Saved, and in CRM.").await?;
        }
    }
    window.close().await?;

    let window = Window::open(&place).await?;
    window.see(&grid()).await?;
    may_take_back(&window).await?;
    window.picture("list-take-back").await?;
    window.click(&Sought::button("Take back")).await?;
    window.see_words(&Sought::css("[data-testid=taken-back]"), &name).await?;
    is_back(&organisation, &id, &before).await?;
    window.close().await
}
