//! The `ptc` command.
fn main() {
    for line in std::io::stdin().lines() {
        let Ok(line) = line else { return };
        let text: String = serde_json::from_str(&line).unwrap_or(line);
        println!("{}", ptc::try_eval(&text).replace('\n', "\\n"));
    }
}
