//! From a function to the function and its tool.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::spanned::Spanned;
use syn::{Attribute, Error, Expr, ExprLit, FnArg, Ident, ItemFn, Lit, Meta, Pat, Result, ReturnType, Safety, Type};

use crate::options::Options;

/// A parameter: a field of the arguments that the tool takes.
struct Parameter {
    name: Ident,
    kind: Type,
    /// Its doc comment, and what `serde` and `schemars` are to know.
    attributes: Vec<Attribute>,
    default: Option<Expr>,
}

/// The function without what only the tool needs, and the tool.
pub fn expand(options: TokenStream, function: TokenStream) -> Result<TokenStream> {
    let options: Options = syn::parse2(options)?;
    let mut function: ItemFn = syn::parse2(function)?;
    let parameters = parameters(&mut function)?;
    if options.timeout.is_some() && function.sig.asyncness.is_none() {
        let told = "only an async function has a timeout: others cannot be left while they run";
        return Err(Error::new(function.sig.fn_token.span(), told));
    }
    let tool = tool(&options, &function, &parameters);
    Ok(quote! { #function #tool })
}

/// Takes the parameters' attributes off the function.
fn parameters(function: &mut ItemFn) -> Result<Vec<Parameter>> {
    let signature = &mut function.sig;
    if let Some(generic) = signature.generics.params.first() {
        return Err(Error::new(generic.span(), "a tool has one contract, so its function cannot be generic"));
    }
    if let Safety::Unsafe(word) = &signature.safety {
        return Err(Error::new(word.span(), "programs call tools as they like, so its function cannot be unsafe"));
    }
    signature.inputs.iter_mut().map(parameter).collect()
}

fn parameter(input: &mut FnArg) -> Result<Parameter> {
    let input = match input {
        FnArg::Typed(input) => input,
        FnArg::Receiver(receiver) => {
            return Err(Error::new(
                receiver.span(),
                "a tool is a free function: what it needs besides its arguments, a closure holds (Tool::typed)",
            ));
        }
    };
    let Pat::Ident(pattern) = &*input.pat else {
        return Err(Error::new(input.pat.span(), "a parameter of a tool is a name, for it is called by it"));
    };
    match &*input.ty {
        Type::Reference(reference) => {
            return Err(Error::new(
                reference.span(),
                "tools own their arguments: String for &str, Vec<T> for &[T], T for &T",
            ));
        }
        Type::ImplTrait(bounds) => {
            return Err(Error::new(bounds.span(), "a parameter of a tool needs a type of its own for its contract"));
        }
        _ => {}
    }
    let mut parameter =
        Parameter { name: pattern.ident.clone(), kind: (*input.ty).clone(), attributes: Vec::new(), default: None };
    for attribute in std::mem::take(&mut input.attrs) {
        let path = attribute.path();
        if path.is_ident("default") {
            let Meta::NameValue(default) = &attribute.meta else {
                return Err(Error::new(attribute.span(), "expected #[default = …]"));
            };
            parameter.default = Some(default.value.clone());
        } else if ["doc", "serde", "schemars"].iter().any(|known| path.is_ident(known)) {
            parameter.attributes.push(attribute);
        } else {
            input.attrs.push(attribute);
        }
    }
    Ok(parameter)
}

/// A type of the function's name, which functions and types may share, that gives the tool.
fn tool(options: &Options, function: &ItemFn, parameters: &[Parameter]) -> TokenStream {
    let (visibility, name) = (&function.vis, &function.sig.ident);
    let plain = name.to_string().trim_start_matches("r#").to_owned();
    let title = options.name.clone().unwrap_or_else(|| plain.clone());
    let docs: Vec<&Attribute> = function.attrs.iter().filter(|attribute| attribute.path().is_ident("doc")).collect();

    let defaults = parameters.iter().filter_map(|parameter| {
        let (kind, name) = (&parameter.kind, default_name(parameter));
        let value = match parameter.default.as_ref()? {
            text @ Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) => quote! { ::core::convert::Into::into(#text) },
            value => quote! { #value },
        };
        Some(quote! { fn #name() -> #kind { #value } })
    });
    let fields = parameters.iter().map(|parameter| {
        let Parameter { name, kind, attributes, default } = parameter;
        let default = default.as_ref().map(|_| {
            let name = default_name(parameter).to_string();
            quote! { #[serde(default = #name)] }
        });
        quote! { #(#attributes)* #default #name: #kind }
    });
    let given = parameters.iter().map(|Parameter { name, .. }| quote! { arguments.#name });
    let arguments = if parameters.is_empty() {
        quote! { _ }
    } else {
        quote! { arguments }
    };
    let call = quote! { #name(#(#given),*) };
    let fine = quote! { ::core::result::Result::<_, ::core::convert::Infallible>::Ok };
    let made = match (function.sig.asyncness.is_some(), gives_result(&function.sig.output)) {
        (true, true) => quote! { ::ptc::Tool::typed_async(#title, |#arguments: Arguments| #call) },
        (true, false) => {
            quote! { ::ptc::Tool::typed_async(#title, |#arguments: Arguments| async move { #fine(#call.await) }) }
        }
        (false, true) => quote! { ::ptc::Tool::typed(#title, |#arguments: Arguments| #call) },
        (false, false) => quote! { ::ptc::Tool::typed(#title, |#arguments: Arguments| #fine(#call)) },
    };
    let read = options.reads.then(|| quote! { .reads() });
    let timeout = options.timeout.map(|timeout| quote! { .timeout(::core::time::Duration::from_millis(#timeout)) });
    let cacheable = options.cacheable.then(|| quote! { .cacheable() });
    let about = format!("Gives [`{plain}`](fn@{plain}) as a tool.");

    quote! {
        #[doc = #about]
        #[allow(non_camel_case_types, dead_code)]
        #visibility struct #name {}

        impl #name {
            /// The tool.
            #visibility fn tool() -> ::ptc::Tool {
                #(#defaults)*

                #(#docs)*
                #[derive(::ptc::__macro::serde::Deserialize, ::ptc::__macro::schemars::JsonSchema)]
                #[serde(crate = "::ptc::__macro::serde")]
                #[schemars(crate = "::ptc::__macro::schemars")]
                struct Arguments {
                    #(#fields),*
                }

                #made #read #timeout #cacheable
            }
        }
    }
}

fn default_name(parameter: &Parameter) -> Ident {
    format_ident!("default_{}", parameter.name)
}

/// Whether a function says that it may fail; aliases such as `io::Result<T>` are named so as well.
fn gives_result(output: &ReturnType) -> bool {
    match output {
        ReturnType::Type(_, kind) => match &**kind {
            Type::Path(path) => path.path.segments.last().is_some_and(|segment| segment.ident == "Result"),
            _ => false,
        },
        ReturnType::Default => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the compiler says to a function with an attribute.
    fn refusal(options: TokenStream, function: TokenStream) -> String {
        expand(options, function).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn what_cannot_be_a_tool_is_told_why() {
        for (function, told) in [
            (quote! { fn f<T>(x: T) {} }, "a tool has one contract, so its function cannot be generic"),
            (quote! { unsafe fn f() {} }, "programs call tools as they like, so its function cannot be unsafe"),
            (
                quote! { fn f(&self) {} },
                "a tool is a free function: what it needs besides its arguments, a closure holds (Tool::typed)",
            ),
            (quote! { fn f((a, b): (i64, i64)) {} }, "a parameter of a tool is a name, for it is called by it"),
            (quote! { fn f(a: &str) {} }, "tools own their arguments: String for &str, Vec<T> for &[T], T for &T"),
            (
                quote! { fn f(a: impl Into<String>) {} },
                "a parameter of a tool needs a type of its own for its contract",
            ),
            (quote! { fn f(#[default(1)] a: i64) {} }, "expected #[default = …]"),
        ] {
            assert_eq!(refusal(quote! {}, function), told);
        }
        assert!(refusal(quote! {}, quote! { struct S; }).contains("expected"));
    }

    #[test]
    fn options_that_mean_nothing_are_told() {
        for (options, told) in [
            (quote! { efect = "read" }, "unknown option `efect`: expected name, effect, timeout or cacheable"),
            (quote! { effect = "reed" }, "expected \"read\" or \"write\", got \"reed\""),
            (quote! { timeout = "soon" }, "expected a time such as \"5s\" or \"200ms\", got \"soon\""),
            (quote! { timeout = "5" }, "expected a time such as \"5s\" or \"200ms\", got \"5\""),
            (quote! { timeout = 5 }, "expected string literal"),
            (quote! { name = "find it" }, "a tool's name has letters, digits and - _ . / ! ?"),
            (quote! { cacheable, cacheable }, "`cacheable` is given twice"),
        ] {
            assert_eq!(refusal(options, quote! { async fn f() {} }), told);
        }
        let told = "only an async function has a timeout: others cannot be left while they run";
        assert_eq!(refusal(quote! { timeout = "5s" }, quote! { fn f() {} }), told);
    }

    #[test]
    fn the_function_keeps_what_is_its_own() {
        let function = quote! { fn f(#[doc = "d"] #[default = 1] #[allow(unused)] a: i64) -> i64 { a } };
        let expanded = expand(quote! {}, function).unwrap_or_default().to_string();
        let kept = quote! { fn f(#[allow(unused)] a: i64) -> i64 { a } }.to_string();
        assert!(expanded.starts_with(&kept), "{expanded}");
    }
}
