//! What stands in the parentheses of the attribute.

use syn::parse::{Parse, ParseStream};
use syn::{Error, Ident, LitStr, Result, Token};

/// The options of a tool.
#[derive(Default)]
pub struct Options {
    /// Its name, where it is not the function's.
    pub name: Option<String>,
    /// Whether it only looks.
    pub reads: bool,
    /// How long a call may take, in milliseconds.
    pub timeout: Option<u64>,
    /// Whether equal arguments give equal results.
    pub cacheable: bool,
}

impl Parse for Options {
    fn parse(input: ParseStream<'_>) -> Result<Self> {
        let mut options = Self::default();
        let mut seen: Vec<Ident> = Vec::new();
        while !input.is_empty() {
            let key: Ident = input.parse()?;
            if seen.contains(&key) {
                return Err(Error::new(key.span(), format!("`{key}` is given twice")));
            }
            match key.to_string().as_str() {
                "name" => options.name = Some(name(&value(input)?)?),
                "effect" => options.reads = reads(&value(input)?)?,
                "timeout" => options.timeout = Some(milliseconds(&value(input)?)?),
                "cacheable" => options.cacheable = true,
                other => {
                    let told = format!("unknown option `{other}`: expected name, effect, timeout or cacheable");
                    return Err(Error::new(key.span(), told));
                }
            }
            seen.push(key);
            if !input.is_empty() {
                input.parse::<Token![,]>()?;
            }
        }
        Ok(options)
    }
}

fn value(input: ParseStream<'_>) -> Result<LitStr> {
    input.parse::<Token![=]>()?;
    input.parse()
}

/// A name as toolboxes take it.
fn name(text: &LitStr) -> Result<String> {
    let name = text.value();
    let plain = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_./!?".contains(c));
    if plain { Ok(name) } else { Err(Error::new(text.span(), "a tool's name has letters, digits and - _ . / ! ?")) }
}

fn reads(text: &LitStr) -> Result<bool> {
    match text.value().as_str() {
        "read" => Ok(true),
        "write" => Ok(false),
        other => Err(Error::new(text.span(), format!("expected \"read\" or \"write\", got {other:?}"))),
    }
}

/// `5s`, `200ms`, `2m`, `1h`.
fn milliseconds(text: &LitStr) -> Result<u64> {
    let written = text.value();
    let unit = written.trim_start_matches(|c: char| c.is_ascii_digit());
    let number = written.strip_suffix(unit).and_then(|number| number.parse::<u64>().ok());
    let factor = match unit {
        "ms" => Some(1),
        "s" => Some(1000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let time = number.zip(factor).and_then(|(number, factor)| number.checked_mul(factor));
    time.ok_or_else(|| Error::new(text.span(), format!("expected a time such as \"5s\" or \"200ms\", got {written:?}")))
}
