//! Compares what our packages use with the house's plan.

use anyhow::{Context as _, Result};
use serde_json::Value;

use super::table::{ARROWS, DOORS, FOR_TESTS, OUTSIDE};

#[derive(Debug)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) uses: Vec<Use>,
}

#[derive(Debug, PartialEq)]
pub(super) struct Use {
    pub(super) name: String,
    /// Only its tests use it.
    pub(super) is_for_tests: bool,
}

pub(super) fn packages() -> Result<Vec<Package>> {
    parse(&super::metadata()?).context("cargo metadata has another shape than expected")
}

fn parse(metadata: &Value) -> Option<Vec<Package>> {
    let package = |value: &Value| {
        let uses = value.get("dependencies")?.as_array()?.iter().map(|dependency| {
            let is_for_tests = dependency.get("kind")?.as_str() == Some("dev");
            Some(Use { name: dependency.get("name")?.as_str()?.to_owned(), is_for_tests })
        });
        Some(Package { name: value.get("name")?.as_str()?.to_owned(), uses: uses.collect::<Option<_>>()? })
    };
    metadata.get("packages")?.as_array()?.iter().map(package).collect()
}

/// One sentence for each arrow and each door that is not in the plan.
pub(super) fn check(packages: &[Package]) -> Vec<String> {
    let mut findings = Vec::new();
    for package in packages {
        let name = &package.name;
        let Some((_, allowed)) = ARROWS.iter().find(|(planned, _)| planned == name) else {
            findings.push(format!(
                "{name} is not in the plan: add it to ARCHITECTURE.md and to xtask's table, with an ADR"
            ));
            continue;
        };
        for used in &package.uses {
            findings.extend(wrong_arrow(name, allowed, used));
            findings.extend(second_door(name, used));
        }
    }
    findings
}

fn wrong_arrow(name: &str, allowed: &[&str], used: &Use) -> Option<String> {
    let other = used.name.as_str();
    let is_ours = ARROWS.iter().any(|(planned, _)| *planned == other);
    let is_allowed = allowed.contains(&other) || (used.is_for_tests && FOR_TESTS.contains(&other));
    (is_ours && !is_allowed).then(|| format!("{name} may not use {other}: arrows point down, see ARCHITECTURE.md"))
}

fn second_door(name: &str, used: &Use) -> Option<String> {
    if used.is_for_tests || OUTSIDE.contains(&name) {
        return None;
    }
    let (library, keepers) = DOORS.iter().find(|(library, _)| *library == used.name)?;
    let keeper = if keepers.is_empty() { "no package of the program".to_owned() } else { keepers.join(", ") };
    (!keepers.contains(&name)).then(|| format!("{name} may not use {library}: that door is kept by {keeper}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// One package with one use; what is said about it.
    fn said(name: &str, used: &str, is_for_tests: bool) -> Vec<String> {
        check(&[Package { name: name.into(), uses: vec![Use { name: used.into(), is_for_tests }] }])
    }

    #[test]
    fn the_plan_itself_is_fine() {
        assert!(said("satchel-app", "satchel-sync", false).is_empty());
        assert!(said("satchel-store", "rusqlite", false).is_empty());
    }

    #[test]
    fn an_arrow_that_points_up_is_caught() {
        assert_eq!(said("satchel-store", "satchel-sync", false).len(), 1);
        assert_eq!(said("satchel-dataverse", "satchel-store", false).len(), 1);
    }

    #[test]
    fn the_demo_organisation_shares_nothing() {
        assert_eq!(said("satchel-demo-org", "satchel-domain", false).len(), 1);
        assert_eq!(said("satchel-dataverse", "satchel-demo-org", true).len(), 1);
    }

    #[test]
    fn a_second_door_is_caught() {
        assert_eq!(said("satchel-sync", "rusqlite", false).len(), 1);
        assert_eq!(said("satchel-auth", "reqwest", false).len(), 1);
        assert_eq!(said("satchel-domain", "serde", false).len(), 1);
    }

    #[test]
    fn tests_may_use_the_testkit_and_programs_only_the_plan() {
        assert!(said("satchel-sync", "satchel-testkit", true).is_empty());
        assert_eq!(said("satchel-sync", "satchel-testkit", false).len(), 1);
        assert!(said("satchel-store", "satchel-crashfs", true).is_empty());
        assert_eq!(said("satchel-store", "satchel-crashfs", false).len(), 1);
    }

    #[test]
    fn those_who_play_the_world_keep_no_doors() {
        assert!(said("satchel-demo-org", "axum", false).is_empty());
        assert!(said("satchel-tests", "reqwest", false).is_empty());
    }

    #[test]
    fn an_unplanned_package_is_caught() {
        assert_eq!(said("satchel-common", "serde", false).len(), 1);
    }

    #[test]
    fn cargo_says_which_uses_are_for_tests() {
        let metadata = json!({ "packages": [{ "name": "a", "dependencies": [
            { "name": "b", "kind": null }, { "name": "c", "kind": "dev" },
        ] }] });
        let packages = parse(&metadata).unwrap();
        assert_eq!(packages[0].uses[0], Use { name: "b".into(), is_for_tests: false });
        assert_eq!(packages[0].uses[1], Use { name: "c".into(), is_for_tests: true });
    }
}
