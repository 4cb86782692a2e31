//! The reference of functions and the system prompt: generated, small, and as they are written down.

use std::path::Path;

use ptc::lisp::doc;

/// `UPDATE=1 cargo test --test reference` writes it anew.
#[test]
fn the_reference_is_what_the_builtins_say() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("grammar/functions.md");
    let generated = format!("{}\n", doc::reference().trim_end());
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &generated).expect("the reference can be written");
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let differs = written.lines().zip(generated.lines()).position(|(a, b)| a != b);
    assert!(
        written == generated,
        "grammar/functions.md is not what the builtins say (line {:?}); UPDATE=1 cargo test --test reference writes it anew",
        differs.map(|line| line + 1)
    );
}

/// `UPDATE=1 cargo test --test reference` writes them anew.
#[cfg(feature = "agent")]
#[test]
fn reference_of_program_files_is_what_reads_them() {
    let schema = format!("{:#}\n", ptc::process::schema());
    for (name, generated) in [("reference.md", ptc::process::reference()), ("program.schema.json", schema)] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(name);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, &generated).expect("the page can be written");
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            written == generated,
            "docs/{name} is out of date; UPDATE=1 cargo test --test reference writes it anew"
        );
    }
}

#[test]
fn the_prompt_about_the_language_is_small() {
    let prompt = doc::prompt();
    assert!(prompt.len() < 2_600, "{} bytes", prompt.len());
    for name in ["call", "where", "pmap", "return", "memory/put"] {
        assert!(prompt.contains(&format!("({name} ")), "{name} is missing");
    }
}
