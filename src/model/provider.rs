//! Providers: from a name such as `openai:gpt-4.1` to a model that can be asked.

use std::sync::Arc;

use reqwest::Url;

use super::connection::Connection;
use super::{Anthropic, Gemini, Model, OpenAi, Retry};

/// A provider: how it is spoken to, and where it listens unless a base URL says otherwise.
struct Provider {
    name: &'static str,
    speaks: Speaks,
    /// Nothing where every installation has its own address.
    base_url: Option<&'static str>,
    /// Whether it answers nobody without a key.
    needs_key: bool,
}

/// An API.
#[derive(Clone, Copy)]
enum Speaks {
    /// OpenAI's chat completions, as most others speak them.
    OpenAi,
    /// The same as OpenAI itself does: its reasoning models refuse `max_tokens`, most others know nothing else.
    OpenAiItself,
    /// The same, with tokens told at the end of a stream without being asked for, and no parameter to ask for them.
    Mistral,
    Anthropic,
    AnthropicOnVertex,
    Gemini,
    GeminiOnVertex,
}

const fn hosted(name: &'static str, base_url: &'static str) -> Provider {
    Provider { name, speaks: Speaks::OpenAi, base_url: Some(base_url), needs_key: true }
}

const fn local(name: &'static str, base_url: Option<&'static str>) -> Provider {
    Provider { name, speaks: Speaks::OpenAi, base_url, needs_key: false }
}

const fn vertex(name: &'static str, speaks: Speaks) -> Provider {
    Provider { name, speaks, base_url: None, needs_key: true }
}

const PROVIDERS: &[Provider] = &[
    Provider { speaks: Speaks::OpenAiItself, ..hosted("openai", "https://api.openai.com/v1") },
    Provider { speaks: Speaks::Anthropic, ..hosted("anthropic", "https://api.anthropic.com/v1") },
    Provider { speaks: Speaks::Gemini, ..hosted("gemini", "https://generativelanguage.googleapis.com/v1beta") },
    hosted("openrouter", "https://openrouter.ai/api/v1"),
    hosted("groq", "https://api.groq.com/openai/v1"),
    Provider { speaks: Speaks::Mistral, ..hosted("mistral", "https://api.mistral.ai/v1") },
    hosted("deepseek", "https://api.deepseek.com/v1"),
    hosted("together", "https://api.together.xyz/v1"),
    local("ollama", Some("http://localhost:11434/v1")),
    local("vllm", None),
    vertex("anthropic_vertex", Speaks::AnthropicOnVertex),
    vertex("gemini_vertex", Speaks::GeminiOnVertex),
];

/// The model of a name `provider:model` or `provider/model`, tried again where an error may pass.
///
/// Known providers: `openai`, `anthropic`, `gemini`, `openrouter`, `groq`, `mistral`, `deepseek`, `together`, `ollama`,
/// `vllm`, and with a base URL `anthropic_vertex` and `gemini_vertex`. With a `base_url` any other name will do as well,
/// and the endpoint there is taken to speak OpenAI's chat completions. The key is that of the environment variable
/// `<PROVIDER>_API_KEY`, for Gemini also `GOOGLE_API_KEY`; where a provider needs one and there is none, the first
/// request fails with an error that names the variable.
///
/// ```
/// use ptc::model::{Model, from_name};
///
/// assert_eq!(from_name("anthropic:claude-sonnet-4-5", None)?.name(), "anthropic:claude-sonnet-4-5");
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
    Ok(client(name, base_url, |name| std::env::var(name).ok())?.retried())
}

/// The client behind a name. The environment is an argument, so that tests need not change the process's own.
fn client(
    name: &str,
    base_url: Option<&str>,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<Speaker, ProviderError> {
    let (provider, model) = split(name)?;
    let known = PROVIDERS.iter().find(|known| known.name == provider);
    let address = match (base_url, known) {
        (Some(address), _) => checked(address)?,
        (None, Some(known)) => known.base_url.ok_or_else(|| needs_base_url(known))?,
        (None, None) => return Err(ProviderError::Unknown(provider.into())),
    };
    let speaks = known.map_or(Speaks::OpenAi, |known| known.speaks);
    let mut client = match speaks {
        Speaks::OpenAi => Speaker::OpenAi(OpenAi::new(model)),
        // Somebody else's address: how it bounds replies is not known.
        Speaks::OpenAiItself if base_url.is_some() => Speaker::OpenAi(OpenAi::new(model)),
        Speaks::OpenAiItself => Speaker::OpenAi(OpenAi::new(model).limit_parameter("max_completion_tokens")),
        Speaks::Mistral => Speaker::OpenAi(OpenAi::new(model).asks_for_usage(false)),
        Speaks::Anthropic => Speaker::Anthropic(Anthropic::new(model)),
        Speaks::AnthropicOnVertex => Speaker::Anthropic(Anthropic::on_vertex(model, address)),
        Speaks::Gemini => Speaker::Gemini(Gemini::new(model)),
        Speaks::GeminiOnVertex => Speaker::Gemini(Gemini::on_vertex(model, address)),
    };
    let variables = key_variables(provider);
    let key = variables.iter().filter_map(|name| variable(name)).find(|key| !key.trim().is_empty());
    let connection = client.connection();
    connection.set_provider(provider);
    connection.set_base(address);
    match (key, known) {
        // Whether somebody else's address wants a key is not known either.
        (None, Some(known)) if known.needs_key && base_url.is_none() => {
            connection.set_missing_key(variables.join(" or "));
        }
        (key, _) => connection.set_key(key),
    }
    Ok(client)
}

/// One of the clients.
#[derive(Debug)]
enum Speaker {
    OpenAi(OpenAi),
    Anthropic(Anthropic),
    Gemini(Gemini),
}

impl Speaker {
    fn connection(&mut self) -> &mut Connection {
        match self {
            Self::OpenAi(client) => &mut client.connection,
            Self::Anthropic(client) => &mut client.connection,
            Self::Gemini(client) => &mut client.connection,
        }
    }

    fn retried(self) -> Arc<dyn Model> {
        match self {
            Self::OpenAi(client) => Arc::new(Retry::new(client)),
            Self::Anthropic(client) => Arc::new(Retry::new(client)),
            Self::Gemini(client) => Arc::new(Retry::new(client)),
        }
    }
}

fn needs_base_url(provider: &Provider) -> ProviderError {
    let on_vertex = |publisher: &str| {
        format!("https://REGION-aiplatform.googleapis.com/v1/projects/PROJECT/locations/REGION/publishers/{publisher}")
    };
    let example = match provider.speaks {
        Speaks::AnthropicOnVertex => on_vertex("anthropic"),
        Speaks::GeminiOnVertex => on_vertex("google"),
        Speaks::OpenAi | Speaks::OpenAiItself | Speaks::Mistral | Speaks::Anthropic | Speaks::Gemini => {
            "http://localhost:8000/v1".into()
        }
    };
    ProviderError::NeedsBaseUrl { provider: provider.name.into(), example }
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

/// The customary variables of a provider's key: `OPENAI_API_KEY`.
fn key_variables(provider: &str) -> Vec<String> {
    let letter = |letter: char| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' };
    let own = provider.chars().map(letter).chain("_API_KEY".chars()).collect();
    let google = (provider == "gemini").then(|| "GOOGLE_API_KEY".into());
    [own].into_iter().chain(google).collect()
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
    /// The provider has no address that is the same everywhere.
    #[error("{provider} has no address of its own: give its base URL (--base-url), such as {example}")]
    NeedsBaseUrl {
        /// The provider.
        provider: String,
        /// What its base URL looks like.
        example: String,
    },
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
        assert!(refusal("nobody:x", None).contains("known are openai, anthropic, gemini, openrouter, groq"));
        assert!(refusal("anthropic_vertex:claude", None).contains("/publishers/anthropic"));
        assert!(refusal("gemini_vertex/pro", None).contains("give its base URL (--base-url), such as https://REGION-"));
        assert!(refusal("vllm:x", None).contains("http://localhost:8000/v1"));
        assert!(refusal("vllm:x", Some("localhost/v1")).contains("cannot be used"));
        assert!(refusal("vllm:x", Some("file:///etc/passwd")).contains("its scheme is file"));
    }

    #[test]
    fn any_provider_may_stand_before_a_base_url() {
        for name in ["anthropic:claude", "gemini:pro", "my-own:x", "vllm:x", "gemini_vertex:pro"] {
            assert!(client(name, Some("http://localhost:1/v1"), nothing).is_ok());
        }
    }

    #[test]
    fn keys_come_from_the_customary_variables() {
        assert_eq!(key_variables("openai"), ["OPENAI_API_KEY"]);
        assert_eq!(key_variables("my-own"), ["MY_OWN_API_KEY"]);
        for (model, expected) in [
            ("groq:x", &["GROQ_API_KEY"][..]),
            ("anthropic:x", &["ANTHROPIC_API_KEY"]),
            ("gemini:x", &["GEMINI_API_KEY", "GOOGLE_API_KEY"]),
        ] {
            let asked = std::cell::RefCell::new(Vec::new());
            let spy = |name: &str| {
                asked.borrow_mut().push(name.to_owned());
                (name == *expected.last().unwrap()).then(|| "sk-secret-secret".into())
            };
            let client = client(model, None, spy).unwrap();
            assert_eq!(*asked.borrow(), expected);
            assert!(!format!("{client:?}").contains("sk-secret"));
        }
    }

    #[tokio::test]
    async fn a_missing_key_is_named_at_the_first_request() {
        for key in [None, Some(" ".to_owned())] {
            for (model, variables) in [
                ("openai:gpt-x", "variable OPENAI_API_KEY"),
                ("anthropic:claude", "variable ANTHROPIC_API_KEY"),
                ("gemini:pro", "variable GEMINI_API_KEY or GOOGLE_API_KEY"),
            ] {
                let client = client(model, None, |_| key.clone()).unwrap().retried();
                let error = client.reply(super::super::Request::new("").user("hi")).await.unwrap_err();
                assert_eq!(error.kind, super::super::ModelErrorKind::Auth);
                assert!(error.message.ends_with(variables), "{error}");
            }
        }
    }
}
