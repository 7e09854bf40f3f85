//! What the organisation says about its tables.

use serde_json::{Value, json};

use crate::house::shared;

const CAST: &str = "Microsoft.Dynamics.CRM";

#[tokio::test]
async fn the_service_document_lists_the_sets() {
    let document = shared().get("").await.ok();
    let sets: Vec<&str> =
        document["value"].as_array().unwrap().iter().map(|set| set["url"].as_str().unwrap()).collect();
    for set in ["accounts", "opportunities", "transactioncurrencies", "activitymimeattachments"] {
        assert!(sets.contains(&set), "{set}");
    }
}

#[tokio::test]
async fn a_table_is_found_by_name_and_by_filter() {
    let house = shared();
    let select = "$select=LogicalName,EntitySetName,PrimaryIdAttribute,PrimaryNameAttribute,ChangeTrackingEnabled";
    let one = house.get(&format!("EntityDefinitions(LogicalName='opportunity')?{select}")).await.ok();
    assert_eq!(one["EntitySetName"], "opportunities");
    assert_eq!(one["PrimaryNameAttribute"], "name");
    assert_eq!(one["ChangeTrackingEnabled"], true);
    assert_eq!(one.get("Attributes"), None);
    let found = house.get(&format!("EntityDefinitions?{select}&$filter=LogicalName eq 'opportunity'")).await.ok();
    assert_eq!(found["value"].as_array().unwrap().len(), 1);
    let by_id = one["MetadataId"].as_str().unwrap();
    let again = house.get(&format!("EntityDefinitions({by_id})?$select=LogicalName")).await.ok();
    assert_eq!(again["LogicalName"], "opportunity");
    assert_eq!(house.get("EntityDefinitions(LogicalName='nosuch')").await.status, 404);
}

#[tokio::test]
async fn columns_are_described_by_kind() {
    let house = shared();
    let columns = async |table: &str, kind: &str, expand: &str| -> Vec<Value> {
        let path =
            format!("EntityDefinitions(LogicalName='{table}')/Attributes/{CAST}.{kind}AttributeMetadata{expand}");
        house.get(&path).await.ok()["value"].as_array().unwrap().clone()
    };
    let named = |rows: &[Value], name: &str| -> Value {
        rows.iter().find(|row| row["LogicalName"] == name).cloned().unwrap_or_default()
    };
    let expand = "?$select=LogicalName&$expand=OptionSet";
    let industry = named(&columns("account", "Picklist", expand).await, "industrycode");
    assert_eq!(industry["OptionSet"]["Options"].as_array().unwrap().len(), 33);
    assert_eq!(industry["OptionSet"]["Options"][0]["Label"]["UserLocalizedLabel"]["Label"], "Accounting");
    let reason = named(&columns("opportunity", "Status", expand).await, "statuscode");
    let won = reason["OptionSet"]["Options"].as_array().unwrap().iter().find(|o| o["Value"] == 3).unwrap();
    assert_eq!(won["State"], 1);
    let text = named(&columns("contact", "String", "").await, "firstname");
    assert_eq!((&text["MaxLength"], &text["RequiredLevel"]["Value"]), (&json!(50), &json!("Recommended")));
    let money = named(&columns("opportunity", "Money", "").await, "estimatedvalue");
    assert_eq!(money["Precision"], 2);
    let date = named(&columns("contact", "DateTime", "").await, "birthdate");
    assert_eq!((&date["Format"], &date["DateTimeBehavior"]["Value"]), (&json!("DateOnly"), &json!("DateOnly")));
    let lookup = named(&columns("opportunity", "Lookup", "").await, "customerid");
    assert_eq!((&lookup["AttributeType"], &lookup["Targets"]), (&json!("Customer"), &json!(["account", "contact"])));
    let yes = named(&columns("account", "Boolean", expand).await, "donotphone");
    assert_eq!(yes["OptionSet"]["TrueOption"]["Label"]["UserLocalizedLabel"]["Label"], "Do Not Allow");
}

#[tokio::test]
async fn columns_can_be_expanded_with_the_table_and_filtered_by_type() {
    let path = "EntityDefinitions(LogicalName='opportunity')?$select=LogicalName&$expand=Attributes($select=LogicalName;\
                $filter=AttributeType eq Microsoft.Dynamics.CRM.AttributeTypeCode'Memo')";
    let table = shared().get(path).await.ok();
    let columns = table["Attributes"].as_array().unwrap();
    assert!(columns.iter().any(|column| column["LogicalName"] == "description"));
    assert!(columns.len() < 10, "{}", columns.len());
}

#[tokio::test]
async fn relationships_give_the_names_to_bind_with() {
    let path = "EntityDefinitions(LogicalName='email')/ManyToOneRelationships\
                ?$select=ReferencingAttribute,ReferencedEntity,ReferencingEntityNavigationPropertyName\
                &$filter=ReferencingAttribute eq 'regardingobjectid'";
    let rows = shared().get(path).await.ok();
    let names: Vec<&str> = rows["value"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["ReferencingEntityNavigationPropertyName"].as_str().unwrap())
        .collect();
    assert!(names.contains(&"regardingobjectid_opportunity_email"), "{names:?}");
}

#[tokio::test]
async fn functions_say_who_and_which_version() {
    let house = shared();
    assert!(house.get("WhoAmI()").await.ok()["OrganizationId"].is_string());
    assert!(house.get("RetrieveVersion()").await.ok()["Version"].as_str().unwrap().starts_with("9.2."));
    assert_eq!(house.get("NoSuchFunction()").await.status, 404);
}
