//! `product_tree` (3.2.2): who makes it, the package, and its versions, each of which is a product.

use desk_domain::affected;
use desk_domain::id::PackageName;
use desk_domain::policy::Policy;
use serde_json::{Value, json};

use crate::product::Product;

/// The tree of the products; packages stand under whoever makes them.
pub(super) fn tree(policy: &Policy, packages: &[&PackageName], products: &[Product<'_>]) -> Value {
    let mut vendors: Vec<(String, Vec<Value>)> = Vec::new();
    for package in packages {
        let vendor = vendor(policy, package);
        let branch = package_branch(package, products);
        match vendors.iter_mut().find(|(known, _)| *known == vendor) {
            Some((_, branches)) => branches.push(branch),
            None => vendors.push((vendor, vec![branch])),
        }
    }
    let branch =
        |(name, branches): (String, Vec<Value>)| json!({"category": "vendor", "name": name, "branches": branches});
    json!({"branches": vendors.into_iter().map(branch).collect::<Vec<_>>()})
}

/// The project of the policy's own packages, those who maintain another's; else its maintainers, by the package.
pub(crate) fn vendor(policy: &Policy, package: &PackageName) -> String {
    if is_own(policy, package) {
        return policy.project.name.clone();
    }
    let of_others = policy.third_party.iter().find(|other| other.package == *package);
    of_others.map_or_else(|| format!("The maintainers of {package}"), |other| other.maintainer.clone())
}

/// Whether every package is one that the policy speaks for.
pub(super) fn all_own(policy: &Policy, affected: &[affected::Affected]) -> bool {
    affected::packages(affected).into_iter().all(|package| is_own(policy, package))
}

fn is_own(policy: &Policy, package: &PackageName) -> bool {
    policy.packages.iter().any(|own| own.name.as_str().eq_ignore_ascii_case(package.as_str()))
}

fn package_branch(package: &PackageName, products: &[Product<'_>]) -> Value {
    let of_package = products.iter().filter(|product| product.package == package);
    json!({
        "category": "product_name",
        "name": package,
        "branches": of_package.map(version_branch).collect::<Vec<_>>(),
    })
}

fn version_branch(product: &Product<'_>) -> Value {
    let (category, name) = match product.versions.single() {
        Some(version) => ("product_version", version.to_string()),
        None => ("product_version_range", product.versions.vers()),
    };
    json!({
        "category": category,
        "name": name,
        "product": {
            "name": product.name(),
            "product_id": product.id(),
            "product_identification_helper": {"purl": product.purl()},
        },
    })
}
