//! Who hears of a run besides the terminal, and what it costs: prices from a file, traces for OpenTelemetry.

use super::args::WatchOptions;
use ptc::Options;
use ptc::process::read_prices;
use ptc::trace::{Observer, Otel};

/// The agent with the prices of the file that the options name.
pub(crate) fn priced(agent: Options, options: &WatchOptions) -> Result<Options, String> {
    match &options.prices {
        Some(path) => Ok(agent.prices(read_prices(path).map_err(|error| error.to_string())?)),
        None => Ok(agent),
    }
}

/// A collector of traces, if there is one.
pub(crate) struct Telemetry {
    otel: Option<Otel>,
}

impl Telemetry {
    /// The collector that the options name, with the headers and the service that the environment names, as
    /// OpenTelemetry has it.
    pub fn new(options: &WatchOptions) -> Result<Self, String> {
        let Some(url) = &options.otel else { return Ok(Self { otel: None }) };
        let given = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let url = Some(url.clone()).filter(|url| !url.is_empty()).or_else(|| given("OTEL_EXPORTER_OTLP_ENDPOINT"));
        let url = url.unwrap_or_else(|| "http://localhost:4318".into());
        let mut otel = Otel::new(&url).map_err(|error| format!("--otel: {}", error.message))?;
        otel = given("OTEL_SERVICE_NAME").into_iter().fold(otel, Otel::service);
        for pair in given("OTEL_EXPORTER_OTLP_HEADERS").unwrap_or_default().split(',').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair
                .split_once('=')
                .ok_or("OTEL_EXPORTER_OTLP_HEADERS: expected name=value, with commas between several")?;
            otel = otel.header(name.trim(), decoded(value.trim()));
        }
        if options.otel_content {
            otel = otel.with_content();
        }
        Ok(Self { otel: Some(otel) })
    }

    /// What sees a run; to be made within a runtime.
    pub fn observer(&self) -> Option<Observer> {
        self.otel.as_ref().map(Otel::observer)
    }

    /// Waits until all is sent. A collector that is not there is no failure of the run.
    pub async fn flush(&self) {
        let Some(otel) = &self.otel else { return };
        if let Err(error) = otel.flush().await {
            eprintln!("warning: the trace was not sent: {}", error.message);
        }
    }
}

/// A value in which `%20` stands for a space.
fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let code = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend(&part.as_bytes()[2..]);
            }
            None => bytes.extend([b"%", part.as_bytes()].concat()),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
