//! Sorted maps and sets: where a key is, by `compare` or by a comparator of the program's.

use std::cmp::Ordering;

use super::{Context, Fault, Keyword, Map, Number, Result, Set, Value, compare};
use crate::lisp::text::ErrorKind;

/// A place among sorted keys: `Ok` where the key is, `Err` where it would go.
pub type SortedPlace = std::result::Result<usize, usize>;

/// How two values compare, by a comparator of the program's or by `compare`.
///
/// A comparator gives a number, or true where the first comes before the second.
///
/// # Errors
/// What cannot be compared; whatever the comparator raises.
pub fn compare_by(cx: &mut dyn Context, by: Option<&Value>, a: &Value, b: &Value) -> Result<Ordering> {
    let Some(by) = by else {
        cx.spend(a.weight().min(b.weight()))?;
        return compare(a, b);
    };
    match answer(cx, by, a, b)? {
        Answer::Order(order) => Ok(order),
        Answer::Before(true) => Ok(Ordering::Less),
        Answer::Before(false) => Ok(match answer(cx, by, b, a)? {
            Answer::Before(true) | Answer::Order(Ordering::Less) => Ordering::Greater,
            Answer::Before(false) | Answer::Order(Ordering::Equal | Ordering::Greater) => Ordering::Equal,
        }),
    }
}

/// Whether `a` comes before `b`: one call of the comparator is enough for that.
///
/// # Errors
/// As [`compare_by`].
pub fn is_before(cx: &mut dyn Context, by: Option<&Value>, a: &Value, b: &Value) -> Result<bool> {
    match by {
        None => Ok(compare_by(cx, None, a, b)? == Ordering::Less),
        Some(by) => Ok(matches!(answer(cx, by, a, b)?, Answer::Order(Ordering::Less) | Answer::Before(true))),
    }
}

/// What a comparator says.
enum Answer {
    Order(Ordering),
    /// Whether the first comes before the second.
    Before(bool),
}

fn answer(cx: &mut dyn Context, by: &Value, a: &Value, b: &Value) -> Result<Answer> {
    let answer = cx.call2(by, a.clone(), b.clone())?;
    if let Value::Bool(before) = answer {
        return Ok(Answer::Before(before.get()));
    }
    let order = match Number::of(&answer) {
        // As in Java only the whole part counts.
        Some(Number::Float(x)) => x.trunc().partial_cmp(&0.0),
        Some(number) => number.compare(Number::Int(0)),
        None => {
            let message = format!("a comparator gives a number or boolean, this one gave {}", answer.describe());
            let class = if answer.is_nil() { "NullPointerException" } else { "ClassCastException" };
            let fault = Fault::new(ErrorKind::Type, class, message);
            return Err(fault.hint("a comparator is <, > or (fn [a b] (compare (:k a) (:k b)))").into());
        }
    };
    Ok(Answer::Order(order.unwrap_or(Ordering::Equal)))
}

impl Map {
    /// Where a key of a sorted map is, or where it would go.
    ///
    /// # Errors
    /// A key that cannot be compared with those of the map; whatever the comparator raises.
    pub fn place(&self, cx: &mut dyn Context, key: &Value) -> Result<SortedPlace> {
        let by = self.sorting().flatten();
        let (mut low, mut high) = (0_usize, self.len());
        if high == 0 && by.is_none() {
            // The first key is compared with itself, so that what cannot be compared is refused at once.
            compare_by(cx, None, key, key)?;
        }
        while low < high {
            let middle = low.midpoint(high);
            let Some((other, _)) = self.nth(middle) else { break };
            cx.spend(1)?;
            match compare_by(cx, by, other, key)? {
                Ordering::Less => low = middle.saturating_add(1),
                Ordering::Greater => high = middle,
                Ordering::Equal => return Ok(Ok(middle)),
            }
        }
        Ok(Err(low))
    }

    /// The spelling of a key that a map sorted by `compare` can hold, where that is not the key's own: strings among
    /// keywords, keywords among strings.
    pub fn spelt(&self, key: &Value) -> Option<Value> {
        if self.sorting()?.is_some() {
            return None;
        }
        match (self.nth(0)?.0, key) {
            (Value::Keyword(_), Value::Text(text)) => Some(Value::Keyword(Keyword::new(text.as_str()))),
            (Value::Text(_), Value::Keyword(keyword)) => Some(Value::text(keyword.as_str())),
            _ => None,
        }
    }

    /// Where a key, in either spelling, is in a sorted map; nothing for other maps.
    ///
    /// # Errors
    /// As [`Map::place`].
    pub fn find_place(&self, cx: &mut dyn Context, key: &Value) -> Result<Option<SortedPlace>> {
        if self.sorting().is_none() {
            return Ok(None);
        }
        if self.is_empty() {
            return Ok(Some(Err(0)));
        }
        let spelt = self.spelt(key);
        self.place(cx, spelt.as_ref().unwrap_or(key)).map(Some)
    }

    /// The entry of a key. Sorted maps are searched by their order, all others by equality.
    ///
    /// # Errors
    /// As [`Map::place`].
    pub fn search(&self, cx: &mut dyn Context, key: &Value) -> Result<Option<(&Value, &Value)>> {
        match self.find_place(cx, key)? {
            None => Ok(self.entry(key)),
            Some(Ok(at)) => Ok(self.nth(at)),
            Some(Err(_)) => Ok(None),
        }
    }
}

impl Set {
    /// The item equal to `item`, as the set holds it. Sorted sets are searched by their order, all others by equality.
    ///
    /// # Errors
    /// As [`Map::place`].
    pub fn search(&self, cx: &mut dyn Context, item: &Value) -> Result<Option<&Value>> {
        match self.as_sorted() {
            None => Ok(self.get(item)),
            Some(map) if map.is_empty() => Ok(None),
            Some(map) => Ok(map.place(cx, item)?.ok().and_then(|at| map.nth(at)).map(|(item, _)| item)),
        }
    }
}
