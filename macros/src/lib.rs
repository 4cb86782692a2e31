//! The attribute `#[ptc::tool]`: a plain function becomes a tool, and stays a function. `ptc` re-exports and documents it.

mod options;
mod tool;

use proc_macro::TokenStream;

/// `ptc::tool`, which documents it.
#[proc_macro_attribute]
pub fn tool(options: TokenStream, function: TokenStream) -> TokenStream {
    tool::expand(options.into(), function.into()).unwrap_or_else(|error| error.to_compile_error()).into()
}
