//! server -> web -> app -> store -> domain, and who may use which crate from outside.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// Direct dependencies (without development and build ones) of each workspace crate.
type Tree = BTreeMap<String, BTreeSet<String>>;

/// Crates beside the product, which may use all of it.
const BESIDE: [&str; 3] = ["houselights-tests", "houselights-browser", "houselights-benches"];

/// Exactly what each crate may use of the workspace. `server` wires, so it may see everything below it.
const ARROWS: [(&str, &[&str]); 7] = [
    ("houselights-domain", &[]),
    ("houselights-store", &["houselights-domain"]),
    ("houselights-app", &["houselights-domain", "houselights-store"]),
    ("houselights-web", &["houselights-app", "houselights-domain"]),
    ("houselights-server", &["houselights-app", "houselights-domain", "houselights-store", "houselights-web"]),
    (
        "houselights-testkit",
        &["houselights-app", "houselights-domain", "houselights-store", "houselights-testpg", "houselights-web"],
    ),
    // Knows nothing of the product, so that the tests of every crate may have it.
    ("houselights-testpg", &[]),
    // Its benchmarks need crates as development dependencies only, which no arrow is drawn for.
];

/// Crates of the product that may directly use a crate from outside; all others may not.
const ONLY: [(&str, &[&str]); 8] = [
    ("rusqlite", &["houselights-store"]),
    ("tokio-postgres", &["houselights-store"]),
    ("deadpool-postgres", &["houselights-store"]),
    ("axum", &["houselights-web", "houselights-server", "houselights-testkit"]),
    ("hyper", &["houselights-web", "houselights-server", "houselights-testkit"]),
    ("tower-http", &["houselights-web", "houselights-server", "houselights-testkit"]),
    ("clap", &["houselights-server"]),
    (
        "tokio",
        &["houselights-store", "houselights-app", "houselights-web", "houselights-server", "houselights-testkit"],
    ),
];

/// Everything about the dependencies that is not as it should be.
fn broken(tree: &Tree) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, uses) in tree.iter().filter(|(name, _)| name.starts_with("houselights-")) {
        let Some((_, allowed)) = ARROWS.iter().find(|(known, _)| known == name) else {
            wrong.push(format!("{name} is not in the list of crates: say what it may use"));
            continue;
        };
        let inside = uses.iter().filter(|used| used.starts_with("houselights-"));
        wrong.extend(inside.filter(|used| !allowed.contains(&used.as_str())).map(|used| format!("{name} -> {used}")));
        for (outside, may) in ONLY {
            if uses.contains(outside) && !may.contains(&name.as_str()) {
                wrong.push(format!("{name} -> {outside}"));
            }
        }
    }
    wrong
}

fn real_tree() -> Tree {
    let metadata = MetadataCommand::new().no_deps().exec().expect("cargo metadata answers");
    let products = metadata
        .packages
        .iter()
        .filter(|package| package.name.starts_with("houselights-") && !BESIDE.contains(&package.name.as_str()));
    products
        .map(|package| {
            let normal = package.dependencies.iter().filter(|used| used.kind == DependencyKind::Normal);
            (package.name.to_string(), normal.map(|used| used.name.clone()).collect())
        })
        .collect()
}

#[test]
fn arrows_point_downward() {
    let tree = real_tree();
    for (name, _) in ARROWS {
        assert!(tree.contains_key(name), "{name} is gone: take it out of the list");
    }
    assert_eq!(broken(&tree), Vec::<String>::new());
}

#[test]
fn each_wrong_arrow_is_found() {
    for (from, to) in [
        ("houselights-web", "houselights-store"),
        ("houselights-store", "houselights-app"),
        ("houselights-domain", "houselights-store"),
        ("houselights-app", "houselights-testkit"),
        ("houselights-web", "rusqlite"),
        ("houselights-app", "axum"),
        ("houselights-app", "hyper"),
        ("houselights-app", "tower-http"),
        ("houselights-domain", "tokio"),
        ("houselights-domain", "rusqlite"),
        ("houselights-domain", "axum"),
    ] {
        let tree = Tree::from([(from.to_owned(), BTreeSet::from([to.to_owned(), "serde".to_owned()]))]);
        assert_eq!(broken(&tree), [format!("{from} -> {to}")]);
    }
}

#[test]
fn a_crate_nobody_listed_is_found() {
    let tree = Tree::from([("houselights-payments".to_owned(), BTreeSet::new())]);
    assert_eq!(broken(&tree).len(), 1);
}
