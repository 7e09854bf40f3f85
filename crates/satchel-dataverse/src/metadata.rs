//! The service's own words for tables and columns, as they come over the wire.

use serde::Deserialize;

/// The members of a metadata collection.
#[derive(Deserialize)]
pub(crate) struct List<T> {
    pub(crate) value: Vec<T>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct WhoAmI {
    pub(crate) user_id: uuid::Uuid,
    pub(crate) organization_id: uuid::Uuid,
}

#[derive(Deserialize)]
pub(crate) struct User {
    pub(crate) fullname: Option<String>,
}

/// A table. Some have no set and cannot be asked for.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Definition {
    pub(crate) logical_name: String,
    pub(crate) entity_set_name: Option<String>,
    pub(crate) primary_id_attribute: Option<String>,
    pub(crate) primary_name_attribute: Option<String>,
    #[serde(default)]
    pub(crate) display_name: Label,
    #[serde(default)]
    pub(crate) display_collection_name: Label,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Label {
    user_localized_label: Option<LocalizedLabel>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LocalizedLabel {
    label: Option<String>,
}

impl Label {
    /// The label in the user's language; the name where nobody wrote one.
    pub(crate) fn or(&self, name: &str) -> String {
        let label = self.user_localized_label.as_ref().and_then(|label| label.label.clone());
        label.filter(|label| !label.is_empty()).unwrap_or_else(|| name.to_owned())
    }
}

/// A column, with what the cast of its kind adds.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Attribute {
    pub(crate) logical_name: String,
    pub(crate) attribute_type: Option<String>,
    pub(crate) attribute_of: Option<String>,
    #[serde(default)]
    pub(crate) display_name: Label,
    pub(crate) required_level: Option<Managed>,
    pub(crate) is_valid_for_read: Option<bool>,
    pub(crate) is_valid_for_create: Option<bool>,
    pub(crate) is_valid_for_update: Option<bool>,
    pub(crate) max_length: Option<u32>,
    pub(crate) min_value: Option<serde_json::Number>,
    pub(crate) max_value: Option<serde_json::Number>,
    pub(crate) precision: Option<u32>,
    pub(crate) date_time_behavior: Option<Managed>,
    pub(crate) option_set: Option<OptionSet>,
    pub(crate) global_option_set: Option<OptionSet>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Managed {
    pub(crate) value: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct OptionSet {
    #[serde(default)]
    pub(crate) options: Vec<Choice>,
    pub(crate) true_option: Option<Choice>,
    pub(crate) false_option: Option<Choice>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Choice {
    pub(crate) value: i64,
    #[serde(default)]
    pub(crate) label: Label,
}

/// A lookup's way to one of its targets.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct ManyToOne {
    pub(crate) referencing_attribute: String,
    pub(crate) referenced_entity: String,
    pub(crate) referencing_entity_navigation_property_name: Option<String>,
}
