//! Providers: from a name such as `openai:gpt-4.1` to a model that can be asked.

use std::sync::Arc;

use reqwest::Url;

use super::{Model, OpenAi, Retry};

/// A provider whose API is that of OpenAI.
struct Provider {
    name: &'static str,
    /// Where it listens; nothing where every installation has its own address.
    base_url: Option<&'static str>,
    /// Whether it answers nobody without a key.
    needs_key: bool,
    /// The parameter that bounds a reply. OpenAI's reasoning models refuse `max_tokens`, most others know nothing else.
    limit_parameter: &'static str,
}

const fn hosted(name: &'static str, base_url: &'static str) -> Provider {
    Provider { name, base_url: Some(base_url), needs_key: true, limit_parameter: "max_tokens" }
}

const fn local(name: &'static str, base_url: Option<&'static str>) -> Provider {
    Provider { name, base_url, needs_key: false, limit_parameter: "max_tokens" }
}

const PROVIDERS: &[Provider] = &[
    Provider { limit_parameter: "max_completion_tokens", ..hosted("openai", "https://api.openai.com/v1") },
    hosted("openrouter", "https://openrouter.ai/api/v1"),
    hosted("groq", "https://api.groq.com/openai/v1"),
    hosted("mistral", "https://api.mistral.ai/v1"),
    hosted("deepseek", "https://api.deepseek.com/v1"),
    hosted("together", "https://api.together.xyz/v1"),
    local("ollama", Some("http://localhost:11434/v1")),
    local("vllm", None),
];

/// Providers with an API of their own.
const OTHER_APIS: &[&str] = &["anthropic", "gemini"];

/// The model of a name `provider:model` or `provider/model`, tried again where an error may pass.
///
/// Known providers: `openai`, `openrouter`, `groq`, `mistral`, `deepseek`, `together`, `ollama`, `vllm`. With a
/// `base_url` any provider's name will do, and the endpoint there is taken to speak OpenAI's chat completions. The key
/// is that of the environment variable `<PROVIDER>_API_KEY`; where a provider needs one and there is none, the first
/// request fails with an error that names the variable.
///
/// ```
/// use ptc::model::{Model, from_name};
///
/// assert_eq!(from_name("ollama/llama3.2:3b", None)?.name(), "ollama:llama3.2:3b");
/// assert_eq!(from_name("home:tiny", Some("http://localhost:8000/v1"))?.name(), "home:tiny");
///
/// let error = from_name("gpt-4.1", None).err().map(|error| error.to_string());
/// assert_eq!(error.as_deref(), Some(r#""gpt-4.1" names no provider: write provider:model, such as openai:gpt-4.1"#));
/// # Ok::<(), ptc::model::ProviderError>(())
/// ```
///
/// # Errors
/// When the name is not of that form, or names a provider that is not known and has no `base_url`.
pub fn from_name(name: &str, base_url: Option<&str>) -> Result<Arc<dyn Model>, ProviderError> {
    let variable = |name: &str| std::env::var(name).ok();
    Ok(Arc::new(Retry::new(client(name, base_url, variable)?)))
}

/// The client behind a name. The environment is an argument, so that tests need not change the process's own.
fn client(
    name: &str,
    base_url: Option<&str>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<OpenAi, ProviderError> {
    let (provider, model) = split(name)?;
    let known = PROVIDERS.iter().find(|known| known.name == provider);
    let address = match (base_url, known) {
        (Some(address), _) => checked(address)?,
        (None, Some(known)) => known.base_url.ok_or_else(|| ProviderError::NeedsBaseUrl(provider.into()))?,
        (None, None) if OTHER_APIS.contains(&provider) => return Err(ProviderError::NotBuilt(provider.into())),
        (None, None) => return Err(ProviderError::Unknown(provider.into())),
    };
    let key_variable = key_variable(provider);
    let key = variable(&key_variable).filter(|key| !key.trim().is_empty());
    let client = OpenAi::new(model).provider(provider).base_url(address);
    Ok(match (base_url, known) {
        // Somebody else's address: how it bounds replies and whether it wants a key is not known.
        (Some(_), _) | (None, None) => client.key(key),
        (None, Some(known)) => {
            let client = client.limit_parameter(known.limit_parameter);
            if known.needs_key && key.is_none() { client.missing_key(key_variable) } else { client.key(key) }
        }
    })
}

fn split(name: &str) -> Result<(&str, &str), ProviderError> {
    match name.split_once([':', '/']) {
        Some((provider, model)) if !provider.is_empty() && !model.is_empty() => Ok((provider, model)),
        Some(_) | None => Err(ProviderError::Form(name.into())),
    }
}

/// The address, if requests can be sent to it.
fn checked(address: &str) -> Result<&str, ProviderError> {
    let url = Url::parse(address).map_err(|error| ProviderError::BaseUrl(error.to_string()))?;
    match url.scheme() {
        "http" | "https" => Ok(address),
        scheme => Err(ProviderError::BaseUrl(format!("its scheme is {scheme}"))),
    }
}

/// The customary variable of a provider's key: `OPENAI_API_KEY`.
fn key_variable(provider: &str) -> String {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    provider.chars().map(letter).chain("_API_KEY".chars()).collect()
}

/// Why a name is not that of a model.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProviderError {
    /// The name is not of the form `provider:model`.
    #[error("{0:?} names no provider: write provider:model, such as openai:gpt-4.1")]
    Form(String),
    /// Nobody of that name is known.
    #[error("unknown provider {0:?}: known are {known}; with a base URL (--base-url) any name will do", known = known())]
    Unknown(String),
    /// The provider has an API of its own that cannot be spoken yet.
    #[error(
        "the client for {0}'s own API is not built yet; an OpenAI-compatible endpoint works: \
         give its base URL (--base-url), or ask openrouter:{0}/MODEL"
    )]
    NotBuilt(String),
    /// The provider has no address that is the same everywhere.
    #[error("{0} has no address of its own: give its base URL (--base-url), such as http://localhost:8000/v1")]
    NeedsBaseUrl(String),
    /// The base URL is not one that requests can be sent to. The address is not shown, for it may hold a password.
    #[error("the base URL cannot be used: {0}; it looks like http://localhost:8000/v1")]
    BaseUrl(String),
}

fn known() -> String {
    PROVIDERS.iter().map(|provider| provider.name).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nothing(_: &str) -> Option<String> {
        None
    }

    fn refusal(name: &str, base_url: Option<&str>) -> String {
        client(name, base_url, nothing).err().map(|error| error.to_string()).unwrap_or_default()
    }

    #[test]
    fn names_have_two_forms() {
        assert_eq!(split("openai:gpt-x"), Ok(("openai", "gpt-x")));
        assert_eq!(split("openai/gpt-x"), Ok(("openai", "gpt-x")));
        assert_eq!(split("openrouter:meta/llama:free"), Ok(("openrouter", "meta/llama:free")));
        assert_eq!(split("ollama/llama3:8b"), Ok(("ollama", "llama3:8b")));
        for name in ["", "gpt-x", ":gpt-x", "openai:", "/"] {
            assert_eq!(split(name), Err(ProviderError::Form(name.into())));
        }
    }

    #[test]
    fn refusals_say_what_to_do() {
        assert!(refusal("nobody:x", None).contains("known are openai, openrouter, groq"));
        assert!(refusal("anthropic:claude", None).contains("not built yet"));
        assert!(refusal("gemini/pro", None).contains("--base-url"));
        assert!(refusal("vllm:x", None).contains("http://localhost:8000/v1"));
        assert!(refusal("vllm:x", Some("localhost/v1")).contains("cannot be used"));
        assert!(refusal("vllm:x", Some("file:///etc/passwd")).contains("its scheme is file"));
    }

    #[test]
    fn any_provider_may_stand_before_a_base_url() {
        for name in ["anthropic:claude", "gemini:pro", "my-own:x", "vllm:x"] {
            assert!(client(name, Some("http://localhost:1/v1"), nothing).is_ok());
        }
    }

    #[test]
    fn keys_come_from_the_customary_variables() {
        assert_eq!(key_variable("openai"), "OPENAI_API_KEY");
        assert_eq!(key_variable("my-own"), "MY_OWN_API_KEY");
        let asked = std::cell::RefCell::new(Vec::new());
        let spy = |name: &str| {
            asked.borrow_mut().push(name.to_owned());
            Some("sk-secret-secret".into())
        };
        let client = client("groq:x", None, spy).unwrap();
        assert_eq!(*asked.borrow(), ["GROQ_API_KEY"]);
        assert!(!format!("{client:?}").contains("sk-secret"));
    }

    #[tokio::test]
    async fn a_missing_key_is_named_at_the_first_request() {
        for key in [None, Some(" ".to_owned())] {
            let client = client("openai:gpt-x", None, |_| key.clone()).unwrap();
            let error = client.reply(super::super::Request::new("").user("hi")).await.unwrap_err();
            assert_eq!(error.kind, super::super::ModelErrorKind::Auth);
            assert!(error.message.contains("OPENAI_API_KEY"), "{error}");
        }
    }
}
