//! What tokens cost: prices by the names of models, in whatever money the host counts in.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Tokens;

/// The price of a million tokens of each kind.
///
/// ```
/// use ptc::model::{Price, Tokens};
///
/// let price = Price::new(3.0, 15.0).cached(0.3);
/// let tokens = Tokens { input: 900_000, cached: 400_000, output: 100_000 };
/// assert_eq!(price.of(tokens), 0.5 * 3.0 + 0.4 * 0.3 + 0.1 * 15.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Row")]
pub struct Price {
    /// A million tokens read.
    pub input: f64,
    /// A million tokens read that the provider had cached.
    pub cached: f64,
    /// A million tokens written.
    pub output: f64,
}

/// A price as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    input: f64,
    cached: Option<f64>,
    output: f64,
}

impl TryFrom<Row> for Price {
    type Error = String;

    fn try_from(row: Row) -> Result<Self, String> {
        let price = Self { input: row.input, cached: row.cached.unwrap_or(row.input), output: row.output };
        match [price.input, price.cached, price.output].iter().find(|one| !one.is_finite() || **one < 0.0) {
            Some(odd) => Err(format!("expected 0 or more, got {odd}")),
            None => Ok(price),
        }
    }
}

impl Price {
    /// Prices of a million tokens read and written; cached ones cost what others do.
    pub fn new(input: f64, output: f64) -> Self {
        Self { input, cached: input, output }
    }

    /// The same with a price of its own for cached tokens.
    #[must_use]
    pub fn cached(self, cached: f64) -> Self {
        Self { cached, ..self }
    }

    /// What these tokens cost.
    pub fn of(&self, tokens: Tokens) -> f64 {
        let millions = |tokens: u64| tokens as f64 / 1e6;
        millions(tokens.input.saturating_sub(tokens.cached)) * self.input
            + millions(tokens.cached.min(tokens.input)) * self.cached
            + millions(tokens.output) * self.output
    }
}

/// Prices by the names of models.
///
/// ```
/// use ptc::model::{Price, Prices};
///
/// let prices: Prices = [("openai:gpt-4.1", Price::new(2.0, 8.0)), ("*", Price::new(5.0, 25.0))].into_iter().collect();
/// assert_eq!(prices.get("openai:gpt-4.1"), Some(Price::new(2.0, 8.0)));
/// assert_eq!(prices.get("gemini:gemini-2.5-pro"), Some(Price::new(5.0, 25.0)));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Prices(HashMap<String, Price>);

impl Prices {
    /// The price of a model's tokens: by its whole name `provider:model`, by what stands after the provider, or by `*`,
    /// which stands for all others.
    pub fn get(&self, model: &str) -> Option<Price> {
        let after = model.split_once(':').map_or(model, |(_, after)| after);
        [model, after, "*"].into_iter().find_map(|name| self.0.get(name)).copied()
    }
}

impl<N: Into<String>> FromIterator<(N, Price)> for Prices {
    fn from_iter<I: IntoIterator<Item = (N, Price)>>(prices: I) -> Self {
        Self(prices.into_iter().map(|(name, price)| (name.into(), price)).collect())
    }
}
