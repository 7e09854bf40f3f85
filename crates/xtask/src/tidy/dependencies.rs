//! Every direct dependency has its line in `docs/dependencies.md`, and no line outlives its dependency.

use std::collections::BTreeSet;

use anyhow::{Context as _, Result};

use super::arrows::Package;

/// All names that our packages and the page depend on, ours left out.
pub(super) fn direct(packages: &[Package], npm: &[String]) -> BTreeSet<String> {
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let used = packages.iter().flat_map(|package| &package.uses).map(|used| used.name.clone());
    used.filter(|name| !ours.contains(name.as_str())).chain(npm.iter().cloned()).collect()
}

/// The names in `package.json`.
pub(super) fn of_the_page(text: &str) -> Result<Vec<String>> {
    let package: serde_json::Value = serde_json::from_str(text).context("ui/package.json is not JSON")?;
    let names = ["dependencies", "devDependencies"].into_iter().filter_map(|kind| package.get(kind)?.as_object());
    Ok(names.flat_map(|list| list.keys().cloned()).collect())
}

pub(super) fn check(direct: &BTreeSet<String>, list: &str) -> Vec<String> {
    let listed = listed(list);
    let missing = direct.difference(&listed).map(|name| format!("docs/dependencies.md has no line for {name}"));
    let left_over =
        listed.difference(direct).map(|name| format!("docs/dependencies.md has a line for {name}, which nobody uses"));
    missing.chain(left_over).collect()
}

/// The first cell of each row: names between backticks, one or more.
fn listed(list: &str) -> BTreeSet<String> {
    let rows = list.lines().filter_map(|line| line.strip_prefix("| `"));
    rows.filter_map(|row| row.split_once(" | "))
        .flat_map(|(names, _)| names.split([',', ' ']).map(|name| name.trim_matches('`').to_owned()))
        .filter(|name| !name.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str =
        "| name | why |\n| --- | --- |\n| `serde`, `serde_json` | wire types |\n| `@tauri-apps/api` | calls |\n";

    fn names(list: &[&str]) -> BTreeSet<String> {
        list.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_row_may_name_several() {
        assert_eq!(listed(LIST), names(&["serde", "serde_json", "@tauri-apps/api"]));
    }

    #[test]
    fn a_dependency_without_its_line_is_caught() {
        assert_eq!(
            check(&names(&["serde", "serde_json", "@tauri-apps/api", "left-pad"]), LIST),
            ["docs/dependencies.md has no line for left-pad"]
        );
    }

    #[test]
    fn a_line_without_its_dependency_is_caught() {
        assert_eq!(check(&names(&["serde", "serde_json"]), LIST).len(), 1);
    }

    #[test]
    fn both_lists_of_the_page_count() {
        let found = of_the_page(r#"{"dependencies":{"react":"19"},"devDependencies":{"vite":"8"}}"#).unwrap();
        assert_eq!(found, ["react", "vite"]);
    }
}
