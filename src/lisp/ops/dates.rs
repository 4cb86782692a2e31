//! Dates: making, moving, formatting and reading them.

use super::text::{Str, with_hint};
use crate::lisp::text::abridge;
use crate::lisp::value::{
    Context, Date, DateKind, Fault, FromValue, Hint, ParamRef, Raise, Result, Value, value_error,
};
use jiff::Span;
use jiff::civil::DateTime;
use std::sync::Arc;

pub(crate) const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

pub(crate) const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

pub(crate) struct When(pub(crate) Arc<Date>);

impl FromValue for When {
    fn from_value(value: Value, param: ParamRef) -> Result<Self> {
        match value {
            Value::Date(date) => Ok(Self(date)),
            other => {
                let error = param.type_error("a date", &other);
                Err(with_hint(error, "(java.time.LocalDate/parse \"2024-01-31\") makes a date of a string"))
            }
        }
    }
}

pub(crate) fn made(at: DateTime, kind: DateKind) -> Value {
    Value::Date(Arc::new(Date { at, kind }))
}

#[cold]
fn unreadable(text: &str, hint: impl Into<Hint>) -> Box<Raise> {
    let message = format!("Text '{}' could not be parsed as a date", abridge(text, 80));
    Fault::value(message).class("DateTimeParseException").hint(hint).into()
}

/// The date that a text spells, which must be of a kind.
pub(crate) fn parse(text: &Str, kind: DateKind) -> Result<Value> {
    let text = text.as_str();
    match Date::parse(text) {
        Some(date) if date.kind == kind => Ok(Value::Date(Arc::new(date))),
        Some(date) => {
            let right = match date.kind {
                DateKind::Day => "LocalDate/parse",
                DateKind::Local => "LocalDateTime/parse",
                DateKind::Instant => "Instant/parse",
            };
            Err(unreadable(
                text,
                format!("that is {}: use {right}, or (subs s 0 10) for the day", date.kind.describe()),
            ))
        }
        None => Err(unreadable(text, format!("write {}", kind.describe()))),
    }
}

pub(crate) fn date_from_parts(year: i64, month: i64, day: i64, time: [i64; 3], kind: DateKind) -> Result<Value> {
    let small = |n: i64| i8::try_from(n).unwrap_or(-1);
    let [hour, minute, second] = time;
    let year = i16::try_from(year).unwrap_or(i16::MIN);
    match DateTime::new(year, small(month), small(day), small(hour), small(minute), small(second), 0) {
        Ok(at) => Ok(made(at, kind)),
        Err(_) => {
            let time = if kind == DateKind::Day { String::new() } else { format!(" {hour}:{minute}:{second}") };
            let fault = Fault::value(format!("there is no date {year}-{month}-{day}{time}"));
            Err(fault.class("DateTimeException").into())
        }
    }
}

/// A date moved by a number of units.
pub(crate) fn moved(date: &Date, n: i64, unit: &str) -> Result<Value> {
    let span = Span::new();
    let span = match unit {
        "years" => span.try_years(n),
        "months" => span.try_months(n),
        "weeks" => span.try_weeks(n),
        "days" => span.try_days(n),
        "hours" => span.try_hours(n),
        "minutes" => span.try_minutes(n),
        "seconds" => span.try_seconds(n),
        "millis" => span.try_milliseconds(n),
        _ => return Err(value_error(format!("there is no unit {}", abridge(unit, 40)))),
    };
    match span.and_then(|span| date.at.checked_add(span)) {
        Ok(at) => Ok(made(at, date.kind)),
        Err(_) => Err(Fault::value(format!("{n} {unit} lead out of the calendar")).class("DateTimeException").into()),
    }
}

pub(crate) fn less(n: i64) -> i64 {
    n.saturating_neg()
}

/// Whole months from one time to another.
pub(crate) fn months(from: DateTime, to: DateTime) -> i64 {
    if let Ok(span) = from.until((jiff::Unit::Month, to)) {
        return i64::from(span.get_months()).saturating_add(i64::from(span.get_years()).saturating_mul(12));
    }
    // At the ends of the calendar the library has no room to count: years and months then, but for the last one if its
    // day has not come yet.
    let counted = |at: DateTime| i64::from(at.year()).saturating_mul(12).saturating_add(at.month().into());
    let all = counted(to).saturating_sub(counted(from));
    let within = |at: DateTime| (at.day(), at.time());
    let not_yet = match all.signum() {
        1 => i64::from(within(to) < within(from)),
        -1 => i64::from(within(to) > within(from)).saturating_neg(),
        _ => 0,
    };
    all.saturating_sub(not_yet)
}

/// Whole units from one date to another.
pub(crate) fn between(unit: &Value, from: &Date, to: &Date) -> Result<Value> {
    let unit = unit.as_name().unwrap_or("");
    let seconds = from.until(to).as_secs();
    let whole = |size: i64| Ok(Value::Int(seconds.checked_div(size).unwrap_or(0)));
    match unit.to_ascii_lowercase().as_str() {
        "millis" => Ok(Value::Int(to.to_millis().saturating_sub(from.to_millis()))),
        "seconds" => whole(1),
        "minutes" => whole(60),
        "hours" => whole(3_600),
        "days" => whole(86_400),
        "weeks" => whole(604_800),
        name @ ("months" | "years") => {
            let months = months(from.at, to.at);
            Ok(Value::Int(if name == "years" { months / 12 } else { months }))
        }
        _ => Err(value_error(
            "the unit is one of ChronoUnit/DAYS, WEEKS, MONTHS, YEARS, HOURS, MINUTES, SECONDS, MILLIS",
        )),
    }
}

/// The runs of a pattern: letters that stand for a part of a date with their number, or plain text.
fn runs(pattern: &str) -> Vec<(char, usize, String)> {
    let mut runs: Vec<(char, usize, String)> = Vec::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\'' {
            let quoted: String = chars.by_ref().take_while(|c| *c != '\'').collect();
            runs.push(('\'', 0, if quoted.is_empty() { "'".into() } else { quoted }));
        } else if c.is_ascii_alphabetic() {
            let mut count = 1_usize;
            while chars.next_if_eq(&c).is_some() {
                count = count.saturating_add(1);
            }
            runs.push((c, count, String::new()));
        } else {
            runs.push(('\'', 0, c.into()));
        }
    }
    runs
}

#[cold]
fn no_pattern(letter: char) -> Box<Raise> {
    let fault = Fault::value(format!("the pattern letter {letter} is not available"));
    fault.hint("there are yyyy yy MM M MMM MMMM dd d EEE EEEE HH H hh h mm ss SSS a, and 'text' in quotes").into()
}

/// A date as a pattern of `DateTimeFormatter/ofPattern` says.
pub(crate) fn format(cx: &mut dyn Context, date: &Date, pattern: &str) -> Result<Value> {
    cx.spend(pattern.len() as u64)?;
    cx.reserve(pattern.len().saturating_mul(64))?;
    let at = date.at;
    let mut out = String::new();
    let named = |names: &'static [&'static str], index: i8, count: usize| {
        let name = usize::try_from(index.saturating_sub(1)).ok().and_then(|at| names.get(at)).copied().unwrap_or("");
        if count >= 4 { name } else { name.get(..3).unwrap_or(name) }
    };
    for (letter, count, plain) in runs(pattern) {
        let number: i64 = match letter {
            '\'' => {
                out.push_str(&plain);
                continue;
            }
            'E' => {
                out.push_str(named(&DAYS, at.weekday().to_monday_one_offset(), count));
                continue;
            }
            'M' | 'L' if count >= 3 => {
                out.push_str(named(&MONTHS, at.month(), count));
                continue;
            }
            'a' => {
                out.push_str(if at.hour() < 12 { "AM" } else { "PM" });
                continue;
            }
            'S' => {
                let digits = format!("{:09}", at.subsec_nanosecond());
                out.push_str(digits.get(..count).unwrap_or(&digits));
                continue;
            }
            'y' | 'u' if count == 2 => i64::from(at.year()).rem_euclid(100),
            'y' | 'u' => i64::from(at.year()),
            'M' | 'L' => at.month().into(),
            'd' => at.day().into(),
            'D' => at.day_of_year().into(),
            'H' => at.hour().into(),
            'h' => match i64::from(at.hour()).rem_euclid(12) {
                0 => 12,
                hour => hour,
            },
            'm' => at.minute().into(),
            's' => at.second().into(),
            other => return Err(no_pattern(other)),
        };
        let width = count.min(9);
        out.push_str(&format!("{number:0width$}"));
    }
    Ok(out.into())
}

/// The date that a text spells by a pattern.
pub(crate) fn read(text: &str, pattern: &str, kind: DateKind) -> Result<Value> {
    let refuse = || unreadable(text, "the text must have the form of the pattern exactly");
    let (mut year, mut month, mut day, mut time) = (1970, 1, 1, [0; 3]);
    let [hour, minute, second] = &mut time;
    let mut rest = text;
    for (letter, count, plain) in runs(pattern) {
        if letter == '\'' {
            rest = rest.strip_prefix(plain.as_str()).ok_or_else(refuse)?;
            continue;
        }
        if matches!(letter, 'M' | 'L') && count >= 3 {
            let name = |name: &&str| rest.starts_with(if count == 3 { name.get(..3).unwrap_or(name) } else { name });
            let at = MONTHS.iter().position(name).ok_or_else(refuse)?;
            month = i64::try_from(at).unwrap_or(0).saturating_add(1);
            let length = if count == 3 { 3 } else { MONTHS.get(at).map_or(0, |name| name.len()) };
            rest = rest.get(length..).unwrap_or("");
            continue;
        }
        let most = if count == 1 { 2 } else { count };
        let digits = rest.bytes().take(most).take_while(u8::is_ascii_digit).count();
        if digits == 0 || (count > 1 && digits < count) {
            return Err(refuse());
        }
        let (number, after) = rest.split_at(digits);
        let number: i64 = number.parse().map_err(|_| refuse())?;
        rest = after;
        match letter {
            'y' | 'u' => year = if count == 2 { number.saturating_add(2000) } else { number },
            'M' | 'L' => month = number,
            'd' => day = number,
            'H' => *hour = number,
            'm' => *minute = number,
            's' => *second = number,
            other => return Err(no_pattern(other)),
        }
    }
    if rest.is_empty() { date_from_parts(year, month, day, time, kind) } else { Err(refuse()) }
}

/// The number of a month or a day of the week by its name in capitals.
pub(crate) fn number_of(name: &str) -> Option<usize> {
    let found = |names: &[&str]| names.iter().position(|known| known.eq_ignore_ascii_case(name));
    found(&MONTHS).or_else(|| found(&DAYS)).map(|at| at.saturating_add(1))
}

pub(crate) fn from_millis(millis: i64) -> Result<Value> {
    let date = Date::from_millis(millis);
    date.map(|date| Value::Date(Arc::new(date))).ok_or_else(|| value_error(format!("{millis} is out of the calendar")))
}
