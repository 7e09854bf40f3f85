//! Who takes part in a tracked message by its email record, whoever wrote them there.

use satchel_domain::{
    Column, Record, TableName, Value,
    tracking::{PARTIES, Role},
};
use satchel_store::{Reader, Result as Stored, messages::Mark, records, schema};

use crate::requests::*;

/// More than a line can name; a mailing to thousands has as many parties.
const MOST: u64 = 200;

/// Sender first, then by role and name; nobody while the message is not tracked, or its parties were not read yet.
pub(super) fn parties(reader: &Reader<'_>, mark: &Mark) -> Stored<Vec<PartyHead>> {
    let Mark::Tracked { email, .. } = mark else { return Ok(Vec::new()) };
    let organisation = schema::load(reader)?;
    let Some(table) = organisation.as_ref().and_then(|organisation| organisation.table(&TableName::new(PARTIES)))
    else {
        return Ok(Vec::new());
    };
    let rows = records::active_of(reader, table, &Column::new("activityid"), *email, MOST)?;
    let mut heads: Vec<_> = rows.iter().filter_map(|row| head(&row.record)).collect();
    heads.sort_by(|one, other| (one.role, &one.name).cmp(&(other.role, &other.name)));
    Ok(heads)
}

/// None for a role that an email does not have, such as its owner, and for a party without any name.
fn head(party: &Record) -> Option<PartyHead> {
    let role = match party.value(&Column::new("participationtypemask")) {
        Value::Choice(mask) => role(*mask)?,
        _ => return None,
    };
    let text = |column: &str| party.value(&Column::new(column)).as_text().map(str::to_owned);
    let record = match party.value(&Column::new("partyid")) {
        Value::Lookup(lookup) => lookup.name.clone(),
        _ => None,
    };
    let name = record.or_else(|| text("unresolvedpartyname")).or_else(|| text("addressused"))?;
    Some(PartyHead { role, name })
}

fn role(mask: i64) -> Option<PartyRole> {
    let roles = [Role::Sender, Role::To, Role::Cc, Role::Bcc];
    Some(match roles.into_iter().find(|role| role.mask() == mask)? {
        Role::Sender => PartyRole::From,
        Role::To => PartyRole::To,
        Role::Cc => PartyRole::Cc,
        Role::Bcc => PartyRole::Bcc,
    })
}

#[cfg(test)]
mod tests {
    use satchel_domain::{RecordId, ids::Uuid, value::Lookup};

    use super::*;

    /// `mask partyid unresolvedpartyname addressused`, `-` for what is empty.
    #[track_caller]
    fn check(party: &str, expected: Option<(PartyRole, &str)>) {
        let words: Vec<_> = party.split_whitespace().collect();
        let text = |word: &str| if word == "-" { Value::Null } else { Value::Text(word.to_owned()) };
        let id = RecordId(Uuid::from_u128(1));
        let lookup = match words[1] {
            "-" => Value::Null,
            name => Value::Lookup(Lookup { table: TableName::new("contact"), id, name: Some(name.to_owned()) }),
        };
        let values = [
            ("participationtypemask", words[0].parse().map_or(Value::Null, Value::Choice)),
            ("partyid", lookup),
            ("unresolvedpartyname", text(words[2])),
            ("addressused", text(words[3])),
        ];
        let values = values.into_iter().map(|(column, value)| (Column::new(column), value)).collect();
        let told = head(&Record { table: TableName::new(PARTIES), id, version: None, values });
        assert_eq!(told.map(|head| (head.role, head.name)), expected.map(|(role, name)| (role, name.to_owned())));
    }

    #[test]
    fn a_party_is_called_by_its_record_else_as_the_message_has_it() {
        check("1 Mia - mia@h.example", Some((PartyRole::From, "Mia")));
        check("2 - Nobody nobody@h.example", Some((PartyRole::To, "Nobody")));
        check("3 - - quiet@h.example", Some((PartyRole::Cc, "quiet@h.example")));
        check("4 - - hidden@h.example", Some((PartyRole::Bcc, "hidden@h.example")));
    }

    #[test]
    fn roles_that_no_email_has_are_left_out_and_so_is_who_has_no_name() {
        check("9 Owner - -", None);
        check("- Mia - -", None);
        check("2 - - -", None);
    }
}
