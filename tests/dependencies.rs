//! What is taken in from outside keeps to `deny.toml`: licences, banned crates, the registry. `cargo deny` checks the same
//! and more; this needs nothing but cargo, and no network.

use std::collections::HashSet;
use std::process::Command;

use serde_json::Value as Json;

#[test]
fn dependencies_keep_to_the_rules() {
    let rules: Json = toml::from_str(include_str!("../deny.toml")).unwrap();
    let allowed = strings(&rules["licenses"]["allow"]);
    let banned = strings(&rules["bans"]["deny"]);
    let metadata = metadata();
    // Of the packages of the lock file, those that this platform uses.
    let nodes = metadata["resolve"]["nodes"].as_array().unwrap();
    let used: HashSet<&str> = nodes.iter().filter_map(|node| node["id"].as_str()).collect();
    let mut wrong = Vec::new();
    let packages = metadata["packages"].as_array().unwrap();
    for package in packages.iter().filter(|package| package["id"].as_str().is_some_and(|id| used.contains(id))) {
        let name = package["name"].as_str().unwrap();
        let license = package["license"].as_str().unwrap_or("none");
        if !satisfies(license, &allowed) {
            wrong.push(format!("{name}: the licence {license} is not allowed"));
        }
        if banned.contains(&name) {
            wrong.push(format!("{name} is banned"));
        }
        let source = package["source"].as_str();
        if source.is_some_and(|source| source != "registry+https://github.com/rust-lang/crates.io-index") {
            wrong.push(format!("{name} comes from {source:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(used.len() > 50, "only {} packages were looked at", used.len());
}

#[test]
fn licences_are_read_as_expressions() {
    let allowed = ["MIT", "Apache-2.0 WITH LLVM-exception", "MPL-2.0"];
    for good in ["MIT", "GPL-3.0 OR MIT", "MIT/GPL-3.0", "(MIT OR X) AND MPL-2.0+", "Apache-2.0 WITH LLVM-exception"] {
        assert!(satisfies(good, &allowed), "{good}");
    }
    for bad in ["GPL-3.0", "MIT AND GPL-3.0", "Apache-2.0", "(X OR Y) AND MIT", "none"] {
        assert!(!satisfies(bad, &allowed), "{bad}");
    }
}

fn strings(list: &Json) -> Vec<&str> {
    list.as_array().unwrap().iter().filter_map(Json::as_str).collect()
}

fn metadata() -> Json {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let rustc = Command::new("rustc").arg("-vV").output().unwrap();
    let rustc = String::from_utf8(rustc.stdout).unwrap();
    let host = rustc.lines().find_map(|line| line.strip_prefix("host: ")).unwrap();
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--offline", "--locked", "--all-features", "--filter-platform", host])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Whether an SPDX expression can be kept with these licences; `/` is an old way to write OR.
fn satisfies(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    either(&words, &mut at, allowed)
}

fn either(words: &[&str], at: &mut usize, allowed: &[&str]) -> bool {
    let mut found = both(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        found |= both(words, at, allowed);
    }
    found
}

fn both(words: &[&str], at: &mut usize, allowed: &[&str]) -> bool {
    let mut found = one(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        found &= one(words, at, allowed);
    }
    found
}

fn one(words: &[&str], at: &mut usize, allowed: &[&str]) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let inner = either(words, at, allowed);
        *at += 1;
        return inner;
    }
    if words.get(*at) == Some(&"WITH") {
        let whole = words[*at - 1..].iter().take(3).copied().collect::<Vec<_>>().join(" ");
        *at += 2;
        return allowed.contains(&whole.as_str());
    }
    allowed.contains(&word.trim_end_matches('+'))
}
