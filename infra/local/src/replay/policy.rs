//! A copy of a policy with more lines: those of packages that it does not name, and those that it lacks; and with what it asks of an
//! advisory that no record says.

use desk_domain::id::LineName;
use desk_domain::policy::Asked;
use toml::{Table, Value};

/// The policy's text with these lines added, each maintained without an end. Comments are lost; it is a copy.
///
/// # Errors
/// When the text is no TOML table of a policy.
pub(super) fn with_lines(text: &str, lines: &[LineName]) -> Result<String, String> {
    let mut table: Table = text.parse().map_err(|e: toml::de::Error| e.message().to_owned())?;
    let packages = table.entry("packages").or_insert_with(|| Value::Array(Vec::new()));
    let packages = packages.as_array_mut().ok_or("packages is no list")?;
    for line in lines {
        let new = Value::Table(Table::from_iter([("name".to_owned(), Value::from(line.as_str()))]));
        let known = packages.iter_mut().find(|p| p.get("name").and_then(Value::as_str) == Some(line.package()));
        match known {
            Some(package) => {
                let lines = package.get_mut("lines").and_then(Value::as_array_mut).ok_or("lines is no list")?;
                lines.push(new);
            }
            None => packages.push(Value::Table(Table::from_iter([
                ("name".to_owned(), Value::from(line.package())),
                ("ecosystem".to_owned(), Value::from("npm")),
                ("lines".to_owned(), Value::Array(vec![new])),
            ]))),
        }
    }
    // What is the project's own now is not somebody else's.
    if let Some(third_party) = table.get_mut("third_party").and_then(Value::as_array_mut) {
        third_party
            .retain(|row| !lines.iter().any(|line| row.get("package").and_then(Value::as_str) == Some(line.package())));
    }
    toml::to_string(&table).map_err(|e| e.to_string())
}

/// The policy's text with nothing asked of an advisory but what `asks` says: a replay publishes what a record says, and adds nothing.
///
/// # Errors
/// When the text is no TOML table of a policy.
pub(super) fn asking(text: &str, asks: &[Asked]) -> Result<String, String> {
    let mut table: Table = text.parse().map_err(|e: toml::de::Error| e.message().to_owned())?;
    let section = table.entry("publication").or_insert_with(|| Value::Table(Table::new()));
    let section = section.as_table_mut().ok_or("publication is no table")?;
    section.insert("asks".to_owned(), Value::try_from(asks).map_err(|e| e.to_string())?);
    toml::to_string(&table).map_err(|e| e.to_string())
}

#[cfg(test)]
mod tests {
    use desk_domain::policy::Policy;

    use super::*;

    #[test]
    fn lines_are_added_to_packages_known_and_new() {
        let express = include_str!("../../../policies/express.toml");
        let lines = ["express@2", "qs@6.10", "qs@6.9", "body-parser@1"].map(|line| line.parse().unwrap());
        let copy = Policy::from_toml(&with_lines(express, &lines).unwrap()).unwrap_or_else(|e| panic!("{e}"));
        let of = |name: &str| {
            let lines = copy.package(name).unwrap().lines.iter().map(|l| l.name.to_string());
            lines.collect::<Vec<_>>()
        };
        assert_eq!(of("express"), ["express@3", "express@4", "express@5", "express@2"]);
        assert_eq!(of("qs"), ["qs@6.10", "qs@6.9"]);
        assert!(copy.third_party.iter().all(|t| t.package.as_str() != "body-parser"));
        assert_eq!(copy.clocks, Policy::from_toml(express).unwrap().clocks);
    }
}
