//! Learns tables and columns from the organisation's metadata.

use std::collections::BTreeMap;

use satchel_domain::{
    Column, OrganisationId, TableName, UserId,
    error::Answer,
    schema::{self, ColumnShape, Kind, Lines, Organisation, Table, Target},
};

use crate::{
    metadata::{Attribute, Definition, List, ManyToOne, OptionSet, User, WhoAmI},
    service::Dataverse,
};

const DEFINITION: &str =
    "LogicalName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,DisplayName,DisplayCollectionName";
const ATTRIBUTE: &str =
    "LogicalName,AttributeType,AttributeOf,DisplayName,RequiredLevel,IsValidForRead,IsValidForCreate,IsValidForUpdate";
const RELATIONSHIP: &str = "ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName";

/// The kinds of columns that are kept: the cast that has them, what it adds, and what is expanded.
const CASTS: [(&str, &str, &str); 11] = [
    ("StringAttributeMetadata", "MaxLength", ""),
    ("MemoAttributeMetadata", "MaxLength", ""),
    ("IntegerAttributeMetadata", "MinValue,MaxValue", ""),
    ("DecimalAttributeMetadata", "Precision", ""),
    ("MoneyAttributeMetadata", "Precision", ""),
    ("BooleanAttributeMetadata", "", "OptionSet"),
    ("PicklistAttributeMetadata", "", "OptionSet,GlobalOptionSet"),
    ("StateAttributeMetadata", "", "OptionSet"),
    ("StatusAttributeMetadata", "", "OptionSet"),
    ("DateTimeAttributeMetadata", "DateTimeBehavior", ""),
    ("LookupAttributeMetadata", "", ""),
];

/// Every table of the organisation, in one answer: metadata is never paged.
pub(crate) async fn definitions(crm: &Dataverse) -> Answer<Vec<Definition>> {
    let found: List<Definition> = crm.get("EntityDefinitions", &[("$select", DEFINITION)]).await?;
    Ok(found.value)
}

pub(crate) fn sets(found: &[Definition]) -> BTreeMap<TableName, String> {
    let sets =
        found.iter().filter_map(|table| Some((TableName::new(&table.logical_name), table.entity_set_name.clone()?)));
    sets.collect()
}

pub(crate) async fn organisation(crm: &Dataverse, found: &[Definition], wanted: &[TableName]) -> Answer<Organisation> {
    let me: WhoAmI = crm.get("WhoAmI", &[]).await?;
    let user: User = crm.get(&format!("systemusers({})", me.user_id), &[("$select", "fullname")]).await?;
    let mut tables = Vec::new();
    for name in wanted {
        if let Some(definition) = found.iter().find(|table| table.logical_name == name.as_str()) {
            tables.extend(table(crm, definition).await?);
        }
    }
    Ok(Organisation {
        id: OrganisationId(me.organization_id),
        user: UserId(me.user_id),
        user_name: user.fullname.unwrap_or_else(|| me.user_id.to_string()),
        tables,
    })
}

/// None for a table that cannot be asked for.
async fn table(crm: &Dataverse, definition: &Definition) -> Answer<Option<Table>> {
    let name = &definition.logical_name;
    let (Some(set_name), Some(primary_id)) = (&definition.entity_set_name, &definition.primary_id_attribute) else {
        return Ok(None);
    };
    let path = format!("EntityDefinitions(LogicalName='{name}')");
    let roads: List<ManyToOne> =
        crm.get(&format!("{path}/ManyToOneRelationships"), &[("$select", RELATIONSHIP)]).await?;
    let label = definition.display_name.or(name);
    let mut columns = vec![id_column(primary_id, &label)];
    for (cast, adds, expands) in CASTS {
        let select = if adds.is_empty() { ATTRIBUTE.to_owned() } else { format!("{ATTRIBUTE},{adds}") };
        let mut options = vec![("$select", select.as_str())];
        if !expands.is_empty() {
            options.push(("$expand", expands));
        }
        let attributes: List<Attribute> =
            crm.get(&format!("{path}/Attributes/Microsoft.Dynamics.CRM.{cast}"), &options).await?;
        let kept = attributes
            .value
            .iter()
            .filter(|attribute| attribute.is_valid_for_read == Some(true) && attribute.attribute_of.is_none());
        columns.extend(kept.filter_map(|attribute| column(cast, attribute, &roads.value)));
    }
    let table = TableName::new(name);
    columns.retain(|column| !schema::is_content(&table, &column.name));
    Ok(Some(Table {
        name: table,
        set_name: set_name.clone(),
        plural_label: definition.display_collection_name.or(&label),
        label,
        primary_id: Column::new(primary_id),
        primary_name: definition.primary_name_attribute.as_ref().filter(|name| !name.is_empty()).map(Column::new),
        columns,
    }))
}

fn id_column(name: &str, label: &str) -> ColumnShape {
    ColumnShape {
        name: Column::new(name),
        label: label.to_owned(),
        kind: Kind::Id,
        is_required: false,
        may_create: true,
        may_update: false,
    }
}

/// None for a column of a kind that is not kept.
fn column(cast: &str, attribute: &Attribute, roads: &[ManyToOne]) -> Option<ColumnShape> {
    let name = &attribute.logical_name;
    let may_create = attribute.is_valid_for_create == Some(true);
    // What the system requires it fills in itself; only what the application requires is asked of a person.
    let required = attribute.required_level.as_ref().and_then(|level| level.value.as_deref());
    Some(ColumnShape {
        name: Column::new(name),
        label: attribute.display_name.or(name),
        kind: kind(cast, attribute, roads)?,
        is_required: may_create && required == Some("ApplicationRequired"),
        may_create,
        may_update: attribute.is_valid_for_update == Some(true),
    })
}

fn kind(cast: &str, attribute: &Attribute, roads: &[ManyToOne]) -> Option<Kind> {
    let text = |lines| Some(Kind::Text { max_length: attribute.max_length?, lines });
    match cast {
        "StringAttributeMetadata" => text(Lines::One),
        "MemoAttributeMetadata" => text(Lines::Many),
        "IntegerAttributeMetadata" => {
            let number = |number: &Option<serde_json::Number>| number.as_ref().and_then(serde_json::Number::as_i64);
            let (min, max) = (number(&attribute.min_value), number(&attribute.max_value));
            Some(Kind::Whole { min: min.unwrap_or(i64::from(i32::MIN)), max: max.unwrap_or(i64::from(i32::MAX)) })
        }
        "DecimalAttributeMetadata" => Some(Kind::Decimal { digits: attribute.precision.unwrap_or(10).min(10) }),
        "MoneyAttributeMetadata" => Some(Kind::Money { digits: attribute.precision.unwrap_or(4).min(4) }),
        "BooleanAttributeMetadata" => Some(yes_no(attribute.option_set.as_ref())),
        "PicklistAttributeMetadata" | "StateAttributeMetadata" | "StatusAttributeMetadata" => choices(attribute),
        "DateTimeAttributeMetadata" => {
            let behavior = attribute.date_time_behavior.as_ref().and_then(|behavior| behavior.value.as_deref());
            Some(if behavior == Some("DateOnly") { Kind::Date } else { Kind::DateTime })
        }
        "LookupAttributeMetadata" if attribute.attribute_type.as_deref() != Some("PartyList") => {
            lookup(attribute, roads)
        }
        _ => None,
    }
}

fn yes_no(options: Option<&OptionSet>) -> Kind {
    let yes = options.and_then(|options| options.true_option.as_ref());
    let no = options.and_then(|options| options.false_option.as_ref());
    Kind::YesNo {
        yes: yes.map_or_else(|| "Yes".to_owned(), |choice| choice.label.or("Yes")),
        no: no.map_or_else(|| "No".to_owned(), |choice| choice.label.or("No")),
    }
}

fn choices(attribute: &Attribute) -> Option<Kind> {
    let options = attribute.option_set.as_ref().or(attribute.global_option_set.as_ref())?;
    let choices = options
        .options
        .iter()
        .map(|choice| schema::Choice { value: choice.value, label: choice.label.or(&choice.value.to_string()) });
    Some(Kind::Choice { choices: choices.collect() })
}

/// A lookup without a way to any target could neither be shown nor written.
fn lookup(attribute: &Attribute, roads: &[ManyToOne]) -> Option<Kind> {
    let ours = roads.iter().filter(|road| road.referencing_attribute == attribute.logical_name);
    let targets: Vec<_> = ours
        .filter_map(|road| {
            Some(Target {
                table: TableName::new(&road.referenced_entity),
                navigation: road.referencing_entity_navigation_property_name.clone()?,
            })
        })
        .collect();
    (!targets.is_empty()).then_some(Kind::Lookup { targets })
}
