//! The `ptc` command.

#[global_allocator]
static ALLOCATOR: ptc::alloc::Counting = ptc::alloc::Counting;

fn main() {
    for line in std::io::stdin().lines() {
        let Ok(line) = line else { return };
        let text: String = serde_json::from_str(&line).unwrap_or(line);
        let value = ptc::Sandbox::new().eval(&text);
        println!(
            "{}",
            value.map_or_else(
                |error| format!("#error {:?}", error.to_string()),
                |value| value.to_string().replace('\n', "\\n")
            )
        );
    }
}
