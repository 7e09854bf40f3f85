//! What the organisation's tables and columns are, from its own definitions.

use std::collections::{BTreeMap, BTreeSet};

use satchel_domain::{
    Column, OrganisationId, ServiceError, TableName, UserId,
    error::Answer,
    schema::{Choice, ColumnInfo, Kind, Lines, Organisation, Table, Target},
};

use crate::{
    Dataverse,
    metadata::{Attribute, Details, ManyToOne, OptionSet, Rows, TableDefinition, User, WhoAmI, said},
};

const TABLE: &str =
    "LogicalName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,DisplayName,DisplayCollectionName";
const EXPAND: &str = "Attributes($select=LogicalName,AttributeType,AttributeOf,DisplayName,RequiredLevel,\
    IsValidForRead,IsValidForCreate,IsValidForUpdate),\
    ManyToOneRelationships($select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName)";

/// Kinds of columns that say more at an address of their own: the type, the cast, what to ask for.
const DETAILS: [(&str, &str, &str, Option<&str>); 12] = [
    ("String", "StringAttributeMetadata", "LogicalName,MaxLength", None),
    ("Memo", "MemoAttributeMetadata", "LogicalName,MaxLength", None),
    ("Integer", "IntegerAttributeMetadata", "LogicalName,MinValue,MaxValue", None),
    ("Decimal", "DecimalAttributeMetadata", "LogicalName,Precision", None),
    ("Money", "MoneyAttributeMetadata", "LogicalName,Precision", None),
    ("DateTime", "DateTimeAttributeMetadata", "LogicalName,DateTimeBehavior", None),
    ("Lookup", "LookupAttributeMetadata", "LogicalName,Targets", None),
    ("Customer", "LookupAttributeMetadata", "LogicalName,Targets", None),
    ("Picklist", "PicklistAttributeMetadata", "LogicalName", Some("OptionSet")),
    ("State", "StateAttributeMetadata", "LogicalName", Some("OptionSet")),
    ("Status", "StatusAttributeMetadata", "LogicalName", Some("OptionSet")),
    ("Boolean", "BooleanAttributeMetadata", "LogicalName", Some("OptionSet")),
];

impl Dataverse {
    pub(crate) async fn described(&self, tables: &[TableName]) -> Answer<Organisation> {
        let me: WhoAmI = self.get(self.addresses.under_root("WhoAmI")?).await?;
        let address = format!("systemusers({})?$select=fullname", me.user_id.hyphenated());
        let user: User = self.get(self.addresses.under_root(&address)?).await?;
        let mut described = Vec::with_capacity(tables.len());
        for name in tables {
            match self.table(name).await {
                Ok(table) => described.push(table),
                // This organisation lacks the table, or this user may not know of it.
                Err(ServiceError::Missing) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(Organisation {
            id: OrganisationId(me.organization_id),
            user: UserId(me.user_id),
            user_name: user.fullname.unwrap_or_default(),
            tables: described,
        })
    }

    async fn table(&self, name: &TableName) -> Answer<Table> {
        let mut url = self.addresses.definition_of(name)?;
        url.query_pairs_mut().append_pair("$select", TABLE).append_pair("$expand", EXPAND);
        let definition: TableDefinition = self.get(url).await?;
        let details = self.details(name, &definition).await?;
        let table = table(definition, &details);
        self.known_sets().insert(table.name.clone(), table.set_name.clone());
        Ok(table)
    }

    /// The details of every column that has some, by its name.
    async fn details(&self, name: &TableName, definition: &TableDefinition) -> Answer<BTreeMap<String, Details>> {
        let present: BTreeSet<&str> =
            definition.attributes.iter().map(|attribute| attribute.attribute_type.as_str()).collect();
        let mut asked = BTreeSet::new();
        let mut details = BTreeMap::new();
        for (kind, cast, select, expand) in DETAILS {
            if !present.contains(kind) || !asked.insert(cast) {
                continue;
            }
            let path = format!("EntityDefinitions(LogicalName='{name}')/Attributes/Microsoft.Dynamics.CRM.{cast}");
            let mut url = self.addresses.under_root(&path)?;
            url.query_pairs_mut().append_pair("$select", select);
            if let Some(expand) = expand {
                url.query_pairs_mut().append_pair("$expand", expand);
            }
            let rows: Rows<Details> = self.get(url).await?;
            details.extend(rows.value.into_iter().map(|row| (row.logical_name.clone(), row)));
        }
        Ok(details)
    }
}

fn table(definition: TableDefinition, details: &BTreeMap<String, Details>) -> Table {
    let label = said(definition.display_name.as_ref(), &definition.logical_name);
    let columns: Vec<ColumnInfo> = definition
        .attributes
        .iter()
        .filter_map(|attribute| column(attribute, &definition, details.get(&attribute.logical_name)))
        .collect();
    // A record is named by a text; `activityparty` is "named" by a lookup.
    let is_text = |name: &String| {
        columns.iter().any(|column| column.name.as_str() == name && matches!(column.kind, Kind::Text { .. }))
    };
    Table {
        name: TableName::new(definition.logical_name),
        set_name: definition.entity_set_name,
        plural_label: said(definition.display_collection_name.as_ref(), &label),
        label,
        primary_id: Column::new(definition.primary_id_attribute),
        primary_name: definition.primary_name_attribute.filter(is_text).map(Column::new),
        columns,
    }
}

/// None for a column that is not kept: not readable, the name beside a lookup, or of a kind that we do not keep.
fn column(attribute: &Attribute, table: &TableDefinition, details: Option<&Details>) -> Option<ColumnInfo> {
    if !attribute.is_valid_for_read || attribute.attribute_of.is_some() {
        return None;
    }
    let is_required = attribute
        .required_level
        .as_ref()
        .is_some_and(|level| matches!(level.value.as_str(), "ApplicationRequired" | "SystemRequired"));
    Some(ColumnInfo {
        name: Column::new(&attribute.logical_name),
        label: said(attribute.display_name.as_ref(), &attribute.logical_name),
        kind: kind(attribute, table, details)?,
        is_required,
        may_create: attribute.is_valid_for_create,
        may_update: attribute.is_valid_for_update,
    })
}

fn kind(attribute: &Attribute, table: &TableDefinition, details: Option<&Details>) -> Option<Kind> {
    let name = &attribute.logical_name;
    Some(match (attribute.attribute_type.as_str(), details) {
        ("String", Some(details)) => Kind::Text { max_length: details.max_length.unwrap_or(100), lines: Lines::One },
        ("Memo", Some(details)) => Kind::Text { max_length: details.max_length.unwrap_or(2000), lines: Lines::Many },
        ("Integer", Some(details)) => Kind::Whole {
            min: details.min_value.map_or(i64::from(i32::MIN), |min| min as i64),
            max: details.max_value.map_or(i64::from(i32::MAX), |max| max as i64),
        },
        ("Decimal", Some(details)) => Kind::Decimal { digits: details.precision.unwrap_or(10) },
        ("Money", Some(details)) => Kind::Money { digits: details.precision.unwrap_or(4).min(4) },
        ("DateTime", Some(details)) => match &details.date_time_behavior {
            Some(behaviour) if behaviour.value == "DateOnly" => Kind::Date,
            _ => Kind::DateTime,
        },
        ("Picklist" | "State" | "Status", Some(details)) => Kind::Choice { choices: choices(details) },
        ("Boolean", Some(details)) => yes_no(details.option_set.as_ref()),
        ("Lookup" | "Customer", Some(details)) => {
            Kind::Lookup { targets: targets(name, &details.targets, &table.many_to_one_relationships) }
        }
        // An owner is a user or a team, bound by one name.
        ("Owner", _) => Kind::Lookup {
            targets: ["systemuser", "team"]
                .map(|table| Target { table: TableName::new(table), navigation: name.clone() })
                .into(),
        },
        ("Uniqueidentifier", _) if *name == table.primary_id_attribute => Kind::Id,
        _ => return None,
    })
}

fn choices(details: &Details) -> Vec<Choice> {
    let set = details.option_set.as_ref().or(details.global_option_set.as_ref());
    let options = set.into_iter().flat_map(|set| &set.options);
    options
        .map(|option| Choice { value: option.value, label: said(option.label.as_ref(), &option.value.to_string()) })
        .collect()
}

fn yes_no(set: Option<&OptionSet>) -> Kind {
    let label = |option: Option<&crate::metadata::ChoiceOption>, instead: &str| {
        said(option.and_then(|option| option.label.as_ref()), instead)
    };
    Kind::YesNo {
        yes: label(set.and_then(|set| set.true_option.as_ref()), "Yes"),
        no: label(set.and_then(|set| set.false_option.as_ref()), "No"),
    }
}

/// The tables a lookup points to, each with its navigation property: named by the relationship, never guessed.
fn targets(column: &str, tables: &[String], relationships: &[ManyToOne]) -> Vec<Target> {
    let navigation = |table: &String| {
        relationships
            .iter()
            .find(|relationship| {
                relationship.referencing_attribute == column && &relationship.referenced_entity == table
            })
            .map(|relationship| Target {
                table: TableName::new(table),
                navigation: relationship.referencing_entity_navigation_property_name.clone(),
            })
    };
    tables.iter().filter_map(navigation).collect()
}
