//! Table and column definitions as the Web API writes them.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(crate) struct Rows<T> {
    pub value: Vec<T>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct WhoAmI {
    pub user_id: uuid::Uuid,
    pub organization_id: uuid::Uuid,
}

#[derive(Debug, Deserialize)]
pub(crate) struct User {
    pub fullname: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct SetName {
    pub entity_set_name: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TableDefinition {
    pub logical_name: String,
    pub entity_set_name: String,
    pub primary_id_attribute: String,
    pub primary_name_attribute: Option<String>,
    pub display_name: Option<Label>,
    pub display_collection_name: Option<Label>,
    pub attributes: Vec<Attribute>,
    #[serde(default)]
    pub many_to_one_relationships: Vec<ManyToOne>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute {
    pub logical_name: String,
    /// `String`, `Memo`, `Lookup` …
    pub attribute_type: String,
    pub attribute_of: Option<String>,
    pub display_name: Option<Label>,
    pub required_level: Option<Managed>,
    #[serde(default)]
    pub is_valid_for_read: bool,
    #[serde(default)]
    pub is_valid_for_create: bool,
    #[serde(default)]
    pub is_valid_for_update: bool,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Managed {
    pub value: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ManyToOne {
    pub referencing_attribute: String,
    pub referenced_entity: String,
    pub referencing_entity_navigation_property_name: String,
}

/// What only some kinds of columns say; each kind has its own address.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Details {
    pub logical_name: String,
    pub max_length: Option<u32>,
    pub min_value: Option<f64>,
    pub max_value: Option<f64>,
    pub precision: Option<u32>,
    pub date_time_behavior: Option<Managed>,
    pub targets: Vec<String>,
    pub option_set: Option<OptionSet>,
    pub global_option_set: Option<OptionSet>,
}

/// Choices, or the two options of yes/no.
#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct OptionSet {
    pub options: Vec<ChoiceOption>,
    pub true_option: Option<ChoiceOption>,
    pub false_option: Option<ChoiceOption>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ChoiceOption {
    pub value: i64,
    pub label: Option<Label>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
pub(crate) struct Label {
    user_localized_label: Option<LocalizedLabel>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, rename_all = "PascalCase")]
struct LocalizedLabel {
    label: String,
}

/// The label in the user's language, or what to say instead.
pub(crate) fn said(label: Option<&Label>, instead: &str) -> String {
    let label = label.and_then(|label| label.user_localized_label.as_ref()).map(|label| label.label.as_str());
    label.filter(|text| !text.is_empty()).unwrap_or(instead).to_owned()
}
