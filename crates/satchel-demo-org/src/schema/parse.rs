//! Reads the tables from the text files in `data/schema`.

use std::{collections::HashMap, sync::OnceLock};

use anyhow::{Context, Result, anyhow, bail};

use super::{Access, Choice, Column, Flavour, Kind, Need, Ownership, Schema, Table, Target};

const SHARED: &str = include_str!("../../data/schema/shared.txt");
const TABLES: [&str; 10] = [
    include_str!("../../data/schema/account.txt"),
    include_str!("../../data/schema/contact.txt"),
    include_str!("../../data/schema/opportunity.txt"),
    include_str!("../../data/schema/lead.txt"),
    include_str!("../../data/schema/incident.txt"),
    include_str!("../../data/schema/systemuser.txt"),
    include_str!("../../data/schema/transactioncurrency.txt"),
    include_str!("../../data/schema/email.txt"),
    include_str!("../../data/schema/activityparty.txt"),
    include_str!("../../data/schema/activitymimeattachment.txt"),
];

/// The tables that every organisation starts with.
pub(crate) fn stock() -> Result<Schema> {
    let shared = groups()?;
    let tables: Vec<Table> = TABLES.iter().map(|text| table(text, &shared)).collect::<Result<_>>()?;
    let index =
        |of: fn(&Table) -> &String| tables.iter().enumerate().map(|(at, table)| (of(table).clone(), at)).collect();
    Ok(Schema {
        by_name: index(|table| &table.name),
        by_set: index(|table| &table.set),
        tables,
        definitions: OnceLock::new(),
    })
}

/// The lines of a file that say something, split at the bars.
fn lines(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split('|').map(str::trim).collect())
}

type Groups = HashMap<&'static str, Vec<Vec<&'static str>>>;

fn groups() -> Result<Groups> {
    let mut groups = Groups::new();
    let mut current = "";
    for line in lines(SHARED) {
        match line[..] {
            ["group", name] => current = name,
            _ => groups.entry(current).or_default().push(line),
        }
    }
    Ok(groups)
}

fn table(text: &'static str, shared: &Groups) -> Result<Table> {
    let mut lines = lines(text);
    let head = lines.next().context("an empty table file")?;
    let ["table", names, traits, label, labels] = head[..] else {
        bail!("a table file starts with its table line, not with {head:?}");
    };
    let [name, set, code, key, primary_name] = words(names)[..] else {
        bail!("five words are needed in {names}");
    };
    let mut columns = vec![Column {
        name: key.to_owned(),
        kind: Kind::Key,
        need: Need::System,
        access: Access::CreateOnly,
        label: label.to_owned(),
    }];
    for line in lines {
        match line[..] {
            ["use", group] => {
                let group = shared.get(group).with_context(|| format!("no group {group}"))?;
                for line in group {
                    add(&mut columns, name, line)?;
                }
            }
            _ => add(&mut columns, name, &line)?,
        }
    }
    Ok(Table {
        name: name.to_owned(),
        set: set.to_owned(),
        code: code.parse()?,
        key: key.to_owned(),
        primary_name: primary_name.to_owned(),
        ownership: match words(traits)[0] {
            "user-owned" | "activity" => Ownership::User,
            "business-owned" => Ownership::Business,
            "organization-owned" => Ownership::Organization,
            _ => Ownership::None,
        },
        is_activity: traits == "activity",
        is_tracked: !traits.contains("no-tracking"),
        label: label.to_owned(),
        labels: labels.to_owned(),
        by_column: columns.iter().enumerate().map(|(at, column)| (column.name.clone(), at)).collect(),
        columns,
    })
}

fn words(text: &'static str) -> Vec<&'static str> {
    text.split_whitespace().collect()
}

/// Money comes with its twin in the organisation's own currency.
fn add(columns: &mut Vec<Column>, table: &str, line: &[&'static str]) -> Result<()> {
    let [name, kind, flags, label] = line[..] else {
        bail!("table {table}: a column has four parts, not {line:?}");
    };
    let kind = self::kind(table, name, kind).with_context(|| format!("{table}.{name}"))?;
    if let Kind::Money { places } = kind {
        columns.push(Column {
            name: format!("{name}_base"),
            kind: Kind::Money { places: places.max(4) },
            need: Need::Optional,
            access: Access::ReadOnly,
            label: format!("{label} (Base)"),
        });
    }
    columns.push(Column {
        name: name.to_owned(),
        kind,
        need: match flags {
            "required" => Need::Required,
            "recommended" => Need::Recommended,
            "system-required" => Need::System,
            _ => Need::Optional,
        },
        access: match flags {
            "read-only" => Access::ReadOnly,
            "create-only" => Access::CreateOnly,
            _ => Access::Free,
        },
        label: label.to_owned(),
    });
    Ok(())
}

fn kind(table: &str, column: &str, text: &'static str) -> Result<Kind> {
    let (word, rest) = text.split_once(' ').unwrap_or((text, ""));
    let parts = words(rest);
    let part = |at: usize| parts.get(at).copied().with_context(|| format!("`{text}` is too short"));
    Ok(match word {
        "text" => Kind::Text {
            max: part(0)?.parse()?,
            format: match parts.get(1) {
                None => "Text",
                Some(&"email") => "Email",
                Some(&"phone") => "Phone",
                Some(&"url") => "Url",
                Some(other) => bail!("no text format {other}"),
            },
        },
        "memo" => Kind::Memo { max: part(0)?.parse()? },
        "int" => Kind::Whole { min: part(0)?.parse()?, max: part(1)?.parse()? },
        "bigint" => Kind::Big,
        "decimal" => Kind::Decimal { places: part(0)?.parse()?, min: part(1)?.to_owned(), max: part(2)?.to_owned() },
        "double" => Kind::Double { places: part(0)?.parse()?, min: part(1)?.parse()?, max: part(2)?.parse()? },
        "money" => Kind::Money { places: part(0)?.parse()? },
        "bool" => yes_no(rest)?,
        "choice" => {
            let (options, usual) = choices(rest, ' ')?;
            Kind::Choice { options, usual }
        }
        "state" => Kind::State { options: choices(rest, '>')?.0 },
        "status" => Kind::Status { options: choices(rest, '@')?.0 },
        "date" => Kind::Date,
        "datetime" => Kind::DateTime,
        "lookup" => lookup(Flavour::Plain, table, column, &parts),
        "customer" => lookup(Flavour::Customer, table, column, &parts),
        "owner" => lookup(Flavour::Owner, table, column, &parts),
        "guid" => Kind::Guid,
        "entityname" => Kind::TableName,
        "partylist" => Kind::PartyList,
        _ => bail!("no kind of column is called {word}"),
    })
}

/// `*1 No; Yes`: the star gives the usual value, then come the two labels.
fn yes_no(text: &str) -> Result<Kind> {
    let (usual, labels) = text.split_once(' ').context("labels are missing")?;
    let (no, yes) = labels.split_once(';').context("two labels, please")?;
    Ok(Kind::YesNo {
        no: no.trim().to_owned(),
        yes: yes.trim().to_owned(),
        usual: usual.strip_prefix('*').map(|value| value == "1"),
    })
}

/// `*1=Label; 2=Label>4`: the star marks the usual one, `mark` stands before the partner.
fn choices(text: &str, mark: char) -> Result<(Vec<Choice>, Option<i64>)> {
    let mut usual = None;
    let mut options = Vec::new();
    for option in text.split(';') {
        let (value, label) = option.trim().split_once('=').ok_or_else(|| anyhow!("`{option}` is no option"))?;
        let number: i64 = value.trim_start_matches('*').parse()?;
        if value.starts_with('*') {
            usual = Some(number);
        }
        let (label, partner) = match label.rsplit_once(mark) {
            Some((label, partner)) if mark != ' ' => (label, partner.parse()?),
            _ => (label, 0),
        };
        options.push(Choice { value: number, label: label.to_owned(), partner });
    }
    Ok((options, usual))
}

/// `account:navigation:collection account …`; what is left out follows from the names.
fn lookup(flavour: Flavour, table: &str, column: &str, parts: &[&str]) -> Kind {
    let targets = parts
        .iter()
        .map(|part| {
            let mut words = part.split(':');
            let target = words.next().unwrap_or(part);
            Target {
                table: target.to_owned(),
                navigation: words.next().unwrap_or(column).to_owned(),
                collection: words.next().map_or_else(|| format!("{target}_{table}_{column}"), str::to_owned),
            }
        })
        .collect();
    Kind::Lookup { flavour, targets }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stock_tables_are_read() {
        let schema = stock().unwrap();
        let opportunity = schema.table("opportunity").unwrap();
        assert_eq!(opportunity.set, "opportunities");
        let (column, target) = opportunity.navigation("customerid_contact").unwrap();
        assert_eq!((column.name.as_str(), target.table.as_str()), ("customerid", "contact"));
        assert!(opportunity.column("estimatedvalue_base").is_some());
    }

    #[test]
    fn a_state_starts_with_its_own_status() {
        let schema = stock().unwrap();
        for table in &schema.tables {
            let Some(state) = table.column("statecode") else { continue };
            let reasons = table.column("statuscode").unwrap().options();
            for option in state.options() {
                assert!(
                    reasons.iter().any(|r| r.value == option.partner && r.partner == option.value),
                    "{}: {}",
                    table.name,
                    option.label
                );
            }
        }
    }

    #[test]
    fn every_lookup_points_at_a_table_that_exists() {
        let schema = stock().unwrap();
        for table in &schema.tables {
            for (column, target) in table.lookups() {
                assert!(schema.table(&target.table).is_some(), "{}.{}", table.name, column.name);
            }
        }
    }
}
