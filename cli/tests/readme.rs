//! The README: its commands print what stands below them. `TRYCMD=overwrite cargo test --test readme` writes it anew.

#[test]
fn the_readme_shows_what_happens() {
    // The commands name files from the root.
    std::env::set_current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).unwrap();
    trycmd::TestCases::new().case("README.md");
}
