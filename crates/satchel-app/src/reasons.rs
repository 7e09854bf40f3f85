//! "Why is this here?": what was decided about a record, as plain sentences.

use std::sync::Arc;

use satchel_domain::{Column, TableName, schema::Table};
use satchel_store::{decisions, schema};

use crate::{app::App, records::record_id, requests::*};

impl App {
    /// What was decided about a record and its entries in the outbox, the newest first.
    pub async fn read_reasons(self: &Arc<Self>, request: ReadReasons) -> Result<Reasons, CommandError> {
        let id = record_id(&request.id)?;
        let reasons = self
            .on_disk(self.database()?, move |database| {
                database.read(|reader| {
                    let name = TableName::new(request.table);
                    let organisation = schema::load(reader)?;
                    let table = organisation.as_ref().and_then(|organisation| organisation.table(&name));
                    let decided = decisions::of_record(reader, &name, id)?;
                    let told = decided.into_iter().map(|decision| Reason {
                        sentence: sentence(&decision.rule, &decision.inputs, &|column| label(table, column)),
                        at: decision.at.as_millisecond() as f64,
                    });
                    Ok(told.collect())
                })
            })
            .await?;
        Ok(Reasons { reasons })
    }
}

fn label(table: Option<&Table>, column: &str) -> String {
    let shape = table.and_then(|table| table.column(&Column::new(column)));
    shape.map_or_else(|| column.to_owned(), |shape| shape.label.clone())
}

/// One decision as a sentence. `inputs` are those that [`decisions::note_entry`] writes, or a choice of sides.
fn sentence(rule: &str, inputs: &str, label: &dyn Fn(&str) -> String) -> String {
    if let "resolved by the user" | "resolved by the policy" = rule {
        return chosen(rule, inputs, label);
    }
    let mut parts = inputs.splitn(3, ' ');
    let (deed, columns, seen) =
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let what = what(deed, columns, label);
    match rule {
        "accepted" => format!("CRM has {what}."),
        "gone" if deed == "Delete" => "You deleted it, and CRM has it no longer.".to_owned(),
        "gone" => format!("It was deleted in CRM while {what} was on its way. Your values are in the history."),
        "merged" => format!("Somebody else changed other columns in CRM: {what} was put on top of theirs."),
        "held" => format!("{} was held: {}.", capital(&what), held(seen)),
        "tracked" => "The message was put into CRM.".to_owned(),
        "linked" => "Somebody had put this message into CRM already, so it was linked to that record.".to_owned(),
        "discarded" => format!("{} was taken back before CRM had it.", capital(&what)),
        "edited again" => format!("You put {what} right after CRM had refused it, so it was sent again."),
        "sent again" => format!("You had {what} sent once more."),
        "merged into" => "You had a new record merged into this one, which CRM took it for a duplicate of.".to_owned(),
        "saved anyway" => format!("You had {what} saved although CRM has a record like this one."),
        "deleted in CRM" => "It was deleted in CRM, so it was removed here.".to_owned(),
        "swept" => {
            "CRM no longer lists it: it was deleted there, or your rights no longer reach it. It was removed here."
                .to_owned()
        }
        other => other.to_owned(),
    }
}

/// What an entry is, in the middle of a sentence.
fn what(deed: &str, columns: &str, label: &dyn Fn(&str) -> String) -> String {
    let labels: Vec<_> = columns.split(',').filter(|column| !column.is_empty()).map(label).collect();
    match deed {
        "Create" => "the new record".to_owned(),
        "Delete" => "your deletion".to_owned(),
        "Track" => "the message".to_owned(),
        _ if labels.is_empty() => "your change".to_owned(),
        _ => format!("your change of {}", labels.join(", ")),
    }
}

/// Why an entry was held, by the kind of its hold.
fn held(kind: &str) -> &str {
    match kind {
        "conflict" => "somebody else changed the same in CRM",
        "deleted on the server" => "the record was deleted in CRM",
        "possible duplicate" => "CRM already has a record like this one",
        "refused" => "CRM refused it",
        "unanswerable" => "CRM gave answers that make no sense here",
        "outcome unknown" => "nobody can tell whether it arrived",
        "refers to what was discarded" => "it refers to a record whose creation you discarded",
        other => other,
    }
}

/// The sides of a conflict: `Mine name, Theirs city on version 5`, or `Delete, Mine accountid`.
fn chosen(rule: &str, inputs: &str, label: &dyn Fn(&str) -> String) -> String {
    let who = if rule == "resolved by the user" { "You decided" } else { "The rule for this table decided" };
    if let Some(choice) = inputs.strip_prefix("Delete, ") {
        let ending = if choice.starts_with("Mine") { "it is deleted" } else { "it stays in CRM" };
        return format!("{who} a conflict about your deletion: {ending}.");
    }
    let sides = inputs.rsplit_once(" on version ").map_or(inputs, |(sides, _)| sides);
    let said = sides.split(", ").filter_map(|side| side.split_once(' ')).map(|(side, column)| match side {
        "Mine" => format!("{} stays as you have it", label(column)),
        _ => format!("{} stays as CRM has it", label(column)),
    });
    let said: Vec<_> = said.collect();
    if said.is_empty() { format!("{who} a conflict.") } else { format!("{who} a conflict: {}.", said.join(", ")) }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_rule_has_a_plain_sentence() {
        let label = |column: &str| if column == "name" { "Topic".to_owned() } else { "City".to_owned() };
        for (rule, inputs, expected) in [
            ("accepted", "Create name ", "CRM has the new record."),
            ("accepted", "Update name,city ", "CRM has your change of Topic, City."),
            ("gone", "Delete  ", "You deleted it, and CRM has it no longer."),
            (
                "gone",
                "Update name ",
                "It was deleted in CRM while your change of Topic was on its way. Your values are in the history.",
            ),
            (
                "merged",
                "Update name base 4",
                "Somebody else changed other columns in CRM: your change of Topic was put on top of theirs.",
            ),
            ("held", "Update name conflict", "Your change of Topic was held: somebody else changed the same in CRM."),
            ("held", "Delete  refused", "Your deletion was held: CRM refused it."),
            (
                "held",
                "Create name refers to what was discarded",
                "The new record was held: it refers to a record whose creation you discarded.",
            ),
            ("discarded", "Update city ", "Your change of City was taken back before CRM had it."),
            (
                "edited again",
                "Update city ",
                "You put your change of City right after CRM had refused it, so it was sent again.",
            ),
            ("sent again", "Create name ", "You had the new record sent once more."),
            (
                "merged into",
                "Update name ",
                "You had a new record merged into this one, which CRM took it for a duplicate of.",
            ),
            ("saved anyway", "Create name ", "You had the new record saved although CRM has a record like this one."),
            (
                "resolved by the user",
                "Mine name, Theirs city on version 5",
                "You decided a conflict: Topic stays as you have it, City stays as CRM has it.",
            ),
            (
                "resolved by the policy",
                "Theirs name on version unknown",
                "The rule for this table decided a conflict: Topic stays as CRM has it.",
            ),
            (
                "resolved by the user",
                "Delete, Theirs accountid",
                "You decided a conflict about your deletion: it stays in CRM.",
            ),
            ("deleted in CRM", "", "It was deleted in CRM, so it was removed here."),
        ] {
            assert_eq!(sentence(rule, inputs, &label), expected, "{rule} {inputs}");
        }
        // What an older Satchel wrote is shown as it stands.
        assert_eq!(sentence("a rule of old", "", &label), "a rule of old");
    }
}
