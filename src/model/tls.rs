//! TLS: which crypto provider encrypts requests, by the features of this crate and what the program has installed.

use reqwest::{ClientBuilder, Url};

/// What to do where `https` cannot be spoken.
const NEEDS_TLS: &str = "https needs TLS: turn on the feature `rustls-ring` of ptc, or `rustls` and install a crypto provider with \
                         rustls::crypto::CryptoProvider::install_default";

/// The builder of a client that can reach this address.
///
/// # Errors
/// An address with `https` where no provider is there; certificates of the system that cannot be read.
#[cfg(feature = "rustls")]
pub(super) fn encrypted(builder: ClientBuilder, url: &Url) -> Result<ClientBuilder, String> {
    use rustls::{ClientConfig, RootCertStore};
    use rustls_platform_verifier::BuilderVerifierExt as _;

    let provider = provider().ok_or(NEEDS_TLS)?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?;
    // Without TLS no certificates are needed, so that a model on this machine works where none are installed.
    let config = match url.scheme() {
        "http" => config.with_root_certificates(RootCertStore::empty()),
        _ => config.with_platform_verifier().map_err(|error| error.to_string())?,
    };
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = vec!["h2".into(), "http/1.1".into()];
    Ok(builder.tls_backend_preconfigured(config))
}

/// The provider that the program has installed, else the one that a feature brings. None is installed for others.
#[cfg(feature = "rustls")]
fn provider() -> Option<std::sync::Arc<rustls::crypto::CryptoProvider>> {
    let installed = rustls::crypto::CryptoProvider::get_default().cloned();
    #[cfg(feature = "rustls-ring")]
    let installed = installed.or_else(|| Some(rustls::crypto::ring::default_provider().into()));
    installed
}

/// The builder, where the address needs no TLS.
///
/// # Errors
/// An address with `https`.
#[cfg(not(feature = "rustls"))]
pub(super) fn encrypted(builder: ClientBuilder, url: &Url) -> Result<ClientBuilder, String> {
    if url.scheme() == "https" { Err(NEEDS_TLS.into()) } else { Ok(builder) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What setting up a client for this address says, if it fails.
    fn trouble(url: &str) -> Option<String> {
        encrypted(reqwest::Client::builder(), &url.parse().expect("an address")).err()
    }

    #[test]
    fn https_without_tls_names_the_feature() {
        let has_provider = cfg!(feature = "rustls-ring");
        assert_eq!(trouble("https://models.example").is_none(), has_provider);
        assert_eq!(trouble("http://127.0.0.1:1").is_none(), has_provider || cfg!(not(feature = "rustls")));
        if let Some(message) = trouble("https://models.example") {
            assert!(message.contains("`rustls-ring`"), "{message}");
        }
    }
}
