//! Describes a table and its columns in the words of Dataverse's metadata.

use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::schema::{Access, Choice, Column, Flavour, Kind, Need, Ownership, Schema, Table, Target};

/// The namespace in which definitions get ids that never change.
const DEFINITIONS: Uuid = Uuid::from_u128(0x61d2_83fb_0c95_4e1a_a7f6_42b8_d93e_5071);
const ENGLISH: i64 = 1033;

pub(crate) fn metadata_id(name: &str) -> Uuid {
    Uuid::new_v5(&DEFINITIONS, name.as_bytes())
}

/// Every table's definition, in the order of the tables. Made once: a client asks for dozens of parts of them.
pub(crate) fn tables(schema: &Schema) -> &[Value] {
    schema.definitions.get_or_init(|| schema.tables.iter().map(|table| defined(schema, table)).collect())
}

/// Null where there is no such table.
pub(crate) fn table<'s>(schema: &'s Schema, name: &str) -> &'s Value {
    let at = schema.tables.iter().position(|table| table.name == name);
    at.and_then(|at| tables(schema).get(at)).unwrap_or(&Value::Null)
}

fn defined(schema: &Schema, table: &Table) -> Value {
    let attributes: Vec<Value> = table.columns.iter().map(|column| attribute(table, column)).collect();
    let many_to_one: Vec<Value> =
        table.lookups().map(|(column, target)| relationship(schema, table, column, target)).collect();
    let one_to_many: Vec<Value> = schema
        .pointing_at(&table.name)
        .map(|(from, column, target)| relationship(schema, from, column, target))
        .collect();
    let is_child = table.ownership == Ownership::None;
    json!({
        "MetadataId": metadata_id(&table.name),
        "LogicalName": table.name,
        "SchemaName": schema_name(&table.name),
        "EntitySetName": table.set,
        "LogicalCollectionName": table.set,
        "CollectionSchemaName": schema_name(&table.set),
        "PrimaryIdAttribute": table.key,
        "PrimaryNameAttribute": table.primary_name,
        "ObjectTypeCode": table.code,
        "DisplayName": label(&table.label),
        "DisplayCollectionName": label(&table.labels),
        "Description": label(&table.label),
        "OwnershipType": match table.ownership {
            Ownership::User => "UserOwned",
            Ownership::Business => "BusinessOwned",
            Ownership::Organization => "OrganizationOwned",
            Ownership::None => "None",
        },
        "ChangeTrackingEnabled": table.is_tracked,
        "IsOptimisticConcurrencyEnabled": true,
        "IsActivity": table.is_activity,
        "IsActivityParty": table.columns.iter().any(|column| column.name == "emailaddress1"),
        "IsCustomEntity": false,
        "IsIntersect": false,
        "IsPrivate": is_child,
        "IsLogicalEntity": false,
        "IsManaged": true,
        "IsAvailableOffline": !is_child,
        "IsOfflineInMobileClient": managed(table.is_tracked),
        "IsDuplicateDetectionEnabled": managed(super::duplicates::rule(table).is_some()),
        "IsValidForAdvancedFind": !is_child,
        "TableType": "Standard",
        "DaysSinceRecordLastModified": 0,
        "Attributes": attributes,
        "ManyToOneRelationships": many_to_one,
        "OneToManyRelationships": one_to_many,
        "ManyToManyRelationships": [],
        "Keys": [],
    })
}

fn attribute(table: &Table, column: &Column) -> Value {
    let (kind, class) = type_names(column);
    let mut out = Map::new();
    out.insert("@odata.type".to_owned(), format!("#Microsoft.Dynamics.CRM.{class}").into());
    let common = json!({
        "MetadataId": metadata_id(&format!("{}.{}", table.name, column.name)),
        "LogicalName": column.name,
        "SchemaName": schema_name(&column.name),
        "EntityLogicalName": table.name,
        "AttributeType": kind,
        "AttributeTypeName": { "Value": format!("{kind}Type") },
        "AttributeOf": null,
        "DisplayName": label(&column.label),
        "Description": label(&column.label),
        "RequiredLevel": {
            "Value": match column.need {
                Need::Optional => "None",
                Need::Recommended => "Recommended",
                Need::Required => "ApplicationRequired",
                Need::System => "SystemRequired",
            },
            "CanBeChanged": column.need != Need::System,
            "ManagedPropertyLogicalName": "canmodifyrequirementlevelsettings",
        },
        "IsValidForCreate": column.access != Access::ReadOnly,
        "IsValidForUpdate": column.access == Access::Free && !matches!(column.kind, Kind::Key),
        "IsValidForRead": true,
        "IsValidODataAttribute": column.is_readable(),
        "IsPrimaryId": matches!(column.kind, Kind::Key),
        "IsPrimaryName": column.name == table.primary_name,
        "IsCustomAttribute": false,
        "IsLogical": false,
        "IsSearchable": false,
        "IsSecured": false,
        "IsFilterable": true,
        "IsValidForAdvancedFind": managed(column.is_readable()),
        "SourceType": 0,
    });
    if let Value::Object(members) = common {
        out.extend(members);
    }
    if let Value::Object(members) = particulars(table, column) {
        out.extend(members);
    }
    Value::Object(out)
}

/// The attribute's type and its class of metadata.
fn type_names(column: &Column) -> (&'static str, &'static str) {
    match &column.kind {
        Kind::Key | Kind::Guid => ("Uniqueidentifier", "UniqueIdentifierAttributeMetadata"),
        Kind::Text { .. } => ("String", "StringAttributeMetadata"),
        Kind::Memo { .. } => ("Memo", "MemoAttributeMetadata"),
        Kind::Whole { .. } => ("Integer", "IntegerAttributeMetadata"),
        Kind::Big => ("BigInt", "BigIntAttributeMetadata"),
        Kind::Decimal { .. } => ("Decimal", "DecimalAttributeMetadata"),
        Kind::Money { .. } => ("Money", "MoneyAttributeMetadata"),
        Kind::Double { .. } => ("Double", "DoubleAttributeMetadata"),
        Kind::YesNo { .. } => ("Boolean", "BooleanAttributeMetadata"),
        Kind::Choice { .. } => ("Picklist", "PicklistAttributeMetadata"),
        Kind::State { .. } => ("State", "StateAttributeMetadata"),
        Kind::Status { .. } => ("Status", "StatusAttributeMetadata"),
        Kind::Date | Kind::DateTime => ("DateTime", "DateTimeAttributeMetadata"),
        Kind::Lookup { flavour: Flavour::Plain, .. } => ("Lookup", "LookupAttributeMetadata"),
        Kind::Lookup { flavour: Flavour::Customer, .. } => ("Customer", "LookupAttributeMetadata"),
        Kind::Lookup { flavour: Flavour::Owner, .. } => ("Owner", "LookupAttributeMetadata"),
        Kind::TableName => ("EntityName", "EntityNameAttributeMetadata"),
        Kind::PartyList => ("PartyList", "LookupAttributeMetadata"),
    }
}

fn particulars(table: &Table, column: &Column) -> Value {
    match &column.kind {
        Kind::Text { max, format } => json!({
            "MaxLength": max,
            "DatabaseLength": max * 2,
            "Format": format,
            "FormatName": { "Value": format },
        }),
        Kind::Memo { max } => json!({ "MaxLength": max, "Format": "TextArea", "FormatName": { "Value": "TextArea" } }),
        Kind::Whole { min, max } => json!({ "MinValue": min, "MaxValue": max, "Format": "None" }),
        Kind::Decimal { places, min, max } => json!({
            "Precision": places,
            "MinValue": min.parse::<f64>().ok(),
            "MaxValue": max.parse::<f64>().ok(),
        }),
        Kind::Money { places } => json!({
            "Precision": places,
            "PrecisionSource": 2,
            "MinValue": -922_337_203_685_477.0_f64,
            "MaxValue": 922_337_203_685_477.0_f64,
            "CalculationOf": column.name.strip_suffix("_base"),
            "IsBaseCurrency": column.name.ends_with("_base"),
        }),
        Kind::Double { places, min, max } => {
            json!({ "Precision": places, "MinValue": min, "MaxValue": max })
        }
        Kind::YesNo { no, yes, usual } => json!({
            "DefaultValue": usual.unwrap_or(false),
            "OptionSet": {
                "MetadataId": metadata_id(&format!("{}.{}.options", table.name, column.name)),
                "Name": format!("{}_{}", table.name, column.name),
                "OptionSetType": "Boolean",
                "IsGlobal": false,
                "FalseOption": { "Value": 0, "Label": label(no) },
                "TrueOption": { "Value": 1, "Label": label(yes) },
            },
        }),
        Kind::Choice { options, usual } => choices(table, column, "Picklist", *usual, options.iter().map(plain)),
        Kind::State { options } => choices(table, column, "State", None, options.iter().map(state)),
        Kind::Status { options } => choices(table, column, "Status", None, options.iter().map(status)),
        Kind::Date => json!({
            "Format": "DateOnly",
            "DateTimeBehavior": { "Value": "DateOnly" },
            "ImeMode": "Inactive",
        }),
        Kind::DateTime => json!({
            "Format": "DateAndTime",
            "DateTimeBehavior": { "Value": "UserLocal" },
            "ImeMode": "Inactive",
        }),
        Kind::Lookup { targets, .. } => json!({
            "Targets": targets.iter().map(|target| &target.table).collect::<Vec<_>>(),
        }),
        Kind::PartyList => json!({ "Targets": ["account", "contact", "lead", "systemuser"] }),
        Kind::Key | Kind::Guid | Kind::Big | Kind::TableName => json!({}),
    }
}

fn choices(
    table: &Table,
    column: &Column,
    kind: &str,
    usual: Option<i64>,
    options: impl Iterator<Item = Value>,
) -> Value {
    json!({
        "DefaultFormValue": usual.unwrap_or(-1),
        "GlobalOptionSet": null,
        "OptionSet": {
            "MetadataId": metadata_id(&format!("{}.{}.options", table.name, column.name)),
            "Name": format!("{}_{}", table.name, column.name),
            "OptionSetType": kind,
            "IsGlobal": false,
            "DisplayName": label(&column.label),
            "Options": options.collect::<Vec<_>>(),
        },
    })
}

fn plain(option: &Choice) -> Value {
    json!({ "Value": option.value, "Label": label(&option.label), "Color": null, "IsManaged": true })
}

fn state(option: &Choice) -> Value {
    json!({
        "@odata.type": "#Microsoft.Dynamics.CRM.StateOptionMetadata",
        "Value": option.value,
        "Label": label(&option.label),
        "DefaultStatus": option.partner,
        "InvariantName": option.label,
    })
}

fn status(option: &Choice) -> Value {
    json!({
        "@odata.type": "#Microsoft.Dynamics.CRM.StatusOptionMetadata",
        "Value": option.value,
        "Label": label(&option.label),
        "State": option.partner,
    })
}

fn relationship(schema: &Schema, from: &Table, column: &Column, target: &Target) -> Value {
    let key = schema.table(&target.table).map(|table| table.key.as_str());
    json!({
        "MetadataId": metadata_id(&format!("{}.{}.{}", from.name, column.name, target.table)),
        "SchemaName": target.collection,
        "RelationshipType": "OneToManyRelationship",
        "ReferencingEntity": from.name,
        "ReferencingAttribute": column.name,
        "ReferencingEntityNavigationPropertyName": target.navigation,
        "ReferencedEntity": target.table,
        "ReferencedAttribute": key,
        "ReferencedEntityNavigationPropertyName": target.collection,
        "IsCustomRelationship": false,
        "IsHierarchical": from.name == target.table,
    })
}

fn managed(value: bool) -> Value {
    json!({ "Value": value, "CanBeChanged": true })
}

fn label(text: &str) -> Value {
    let label = json!({
        "Label": text,
        "LanguageCode": ENGLISH,
        "IsManaged": true,
    });
    json!({ "LocalizedLabels": [label], "UserLocalizedLabel": label })
}

/// Stock tables are known by their name with a capital.
fn schema_name(name: &str) -> String {
    let mut letters = name.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
