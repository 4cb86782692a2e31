//! Dates: ISO texts, the calendar's arithmetic, and the host's clock.

use std::sync::Arc;

use jiff::Span;
use jiff::civil::DateTime;

use super::builtins;
use super::strings::{Str, with_hint};
use crate::lisp::text::abridge;
use crate::lisp::value::{
    Context, Date, DateKind, Fault, FromValue, Raise, Result, Value, Wants, type_error, value_error,
};

const MONTHS: [&str; 12] = [
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
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

pub(super) struct When(pub(super) Arc<Date>);

impl FromValue for When {
    fn from_value(value: Value, wants: Wants) -> Result<Self> {
        match value {
            Value::Date(date) => Ok(Self(date)),
            other => {
                let error = type_error(wants.name, &format!("a date as {}", wants.argument), &other);
                Err(with_hint(error, "(java.time.LocalDate/parse \"2024-01-31\") makes a date of a string"))
            }
        }
    }
}

pub(super) fn made(at: DateTime, kind: DateKind) -> Value {
    Value::Date(Arc::new(Date { at, kind }))
}

#[cold]
fn unreadable(text: &str, hint: &str) -> Box<Raise> {
    let message = format!("Text '{}' could not be parsed as a date", abridge(text, 80));
    Fault::value(message).class("DateTimeParseException").hint(hint).into()
}

/// The date that a text spells, which must be of a kind.
fn parse(text: &Str, kind: DateKind) -> Result<Value> {
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
                &format!("that is {}: use {right}, or (subs s 0 10) for the day", date.kind.describe()),
            ))
        }
        None => Err(unreadable(text, &format!("write {}", kind.describe()))),
    }
}

pub(super) fn of(year: i64, month: i64, day: i64, time: [i64; 3], kind: DateKind) -> Result<Value> {
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
pub(super) fn moved(date: &Date, n: i64, unit: &str) -> Result<Value> {
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

pub(super) fn less(n: i64) -> i64 {
    n.saturating_neg()
}

/// Whole months from one time to another.
fn months(from: DateTime, to: DateTime) -> i64 {
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
pub(super) fn between(unit: &Value, from: &Date, to: &Date) -> Result<Value> {
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
pub(super) fn format(cx: &mut dyn Context, date: &Date, pattern: &str) -> Result<Value> {
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
fn read(text: &str, pattern: &str, kind: DateKind) -> Result<Value> {
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
    if rest.is_empty() { of(year, month, day, time, kind) } else { Err(refuse()) }
}

/// The number of a month or a day of the week by its name in capitals.
pub(super) fn number_of(name: &str) -> Option<usize> {
    let found = |names: &[&str]| names.iter().position(|known| known.eq_ignore_ascii_case(name));
    found(&MONTHS).or_else(|| found(&DAYS)).map(|at| at.saturating_add(1))
}

fn now(cx: &mut dyn Context, kind: DateKind) -> Result<Value> {
    let now = Date::from_millis(cx.now()).ok_or_else(|| value_error("the host's clock is out of the calendar"))?;
    Ok(match kind {
        DateKind::Day => made(now.at.date().into(), kind),
        DateKind::Local | DateKind::Instant => made(now.at, kind),
    })
}

builtins! { Dates;
    /// The time now, as the host says; a point on the time line.
    /// (inst? (now))
    /// ;=> true
    "now" (cx) => { now(cx, DateKind::Instant) }

    /// Whether the value is a date.
    /// (inst? #inst "2024-01-31")
    /// ;=> true
    "inst?" (_cx, x: Value) => { Ok(matches!(x, Value::Date(_)).into()) }

    /// Milliseconds since 1970 of a date, in UTC.
    /// (inst-ms #inst "1970-01-02")
    /// ;=> 86400000
    "inst-ms" (_cx, inst: When) => { Ok(Value::Int(inst.0.to_millis())) }

    /// As inst-ms.
    /// (inst-ms* #inst "1970-01-01T00:00:01Z")
    /// ;=> 1000
    "inst-ms*" (_cx, inst: When) => { Ok(Value::Int(inst.0.to_millis())) }

    /// Milliseconds since 1970 now, as the host says.
    /// (pos? (System/currentTimeMillis))
    /// ;=> true
    "System/currentTimeMillis" (cx) => { Ok(Value::Int(cx.now())) }

    /// The time now, or so many milliseconds after 1970.
    /// (str (java.util.Date. 0))
    /// ;=> "1970-01-01T00:00:00Z"
    "Date."
        (cx) => { now(cx, DateKind::Instant) }
        (_cx, millis: i64) => { from_millis(millis) }

    /// The day that a text spells, in ISO form or by a pattern.
    /// (str (java.time.LocalDate/parse "2024-01-31"))
    /// ;=> "2024-01-31"
    /// (java.time.LocalDate/parse "31.01.2024")
    /// ;! 1:1 value-error: Text '31.01.2024' could not be parsed as a date
    /// ;? write a date such as 2024-01-31
    "LocalDate/parse"
        (_cx, text: Str) => { parse(&text, DateKind::Day) }
        (cx, text: Str, pattern: Str) => {
            cx.spend(pattern.len() as u64)?;
            cx.reserve(pattern.len().saturating_mul(64))?;
            read(text.as_str(), pattern.as_str(), DateKind::Day)
        }

    /// The day of a year, month and day.
    /// (str (LocalDate/of 2024 2 29))
    /// ;=> "2024-02-29"
    "LocalDate/of" (_cx, year: i64, month: i64, day: i64) => { of(year, month, day, [0; 3], DateKind::Day) }

    /// Today in UTC, as the host says.
    /// (inst? (LocalDate/now))
    /// ;=> true
    "LocalDate/now" (cx) => { now(cx, DateKind::Day) }

    /// The date and time that a text spells, in ISO form or by a pattern.
    /// (str (LocalDateTime/parse "2024-01-31T10:30:00"))
    /// ;=> "2024-01-31T10:30"
    "LocalDateTime/parse"
        (_cx, text: Str) => { parse(&text, DateKind::Local) }
        (cx, text: Str, pattern: Str) => {
            cx.spend(pattern.len() as u64)?;
            cx.reserve(pattern.len().saturating_mul(64))?;
            read(text.as_str(), pattern.as_str(), DateKind::Local)
        }

    /// The date and time of a year, month, day, hour, minute and second.
    /// (str (LocalDateTime/of 2024 1 31 10 30))
    /// ;=> "2024-01-31T10:30"
    "LocalDateTime/of"
        (_cx, year: i64, month: i64, day: i64, hour: i64, minute: i64) => {
            of(year, month, day, [hour, minute, 0], DateKind::Local)
        }
        (_cx, year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) => {
            of(year, month, day, [hour, minute, second], DateKind::Local)
        }

    /// Date and time now in UTC, as the host says.
    /// (inst? (LocalDateTime/now))
    /// ;=> true
    "LocalDateTime/now" (cx) => { now(cx, DateKind::Local) }

    /// The point on the time line that a text with a zone spells.
    /// (.toEpochMilli (Instant/parse "1970-01-01T01:00:00+01:00"))
    /// ;=> 0
    "Instant/parse" (_cx, text: Str) => { parse(&text, DateKind::Instant) }

    /// The time now, as the host says.
    /// (inst? (Instant/now))
    /// ;=> true
    "Instant/now" (cx) => { now(cx, DateKind::Instant) }

    /// The point on the time line so many milliseconds after 1970.
    /// (str (Instant/ofEpochMilli 1500))
    /// ;=> "1970-01-01T00:00:01.500Z"
    "Instant/ofEpochMilli" (_cx, millis: i64) => { from_millis(millis) }

    /// The point on the time line so many seconds after 1970.
    /// (str (Instant/ofEpochSecond 60))
    /// ;=> "1970-01-01T00:01:00Z"
    "Instant/ofEpochSecond" (_cx, seconds: i64) => { from_millis(seconds.saturating_mul(1000)) }

    /// The date so many years later.
    /// (str (.plusYears (LocalDate/parse "2024-02-29") 1))
    /// ;=> "2025-02-28"
    ".plusYears" (_cx, date: When, n: i64) => { moved(&date.0, n, "years") }

    /// The date so many months later, on the last day of a shorter month.
    /// (str (.plusMonths (LocalDate/parse "2024-01-31") 1))
    /// ;=> "2024-02-29"
    ".plusMonths" (_cx, date: When, n: i64) => { moved(&date.0, n, "months") }

    /// The date so many weeks later.
    /// (str (.plusWeeks (LocalDate/parse "2024-01-31") 1))
    /// ;=> "2024-02-07"
    ".plusWeeks" (_cx, date: When, n: i64) => { moved(&date.0, n, "weeks") }

    /// The date so many days later.
    /// (str (.plusDays (LocalDate/parse "2024-01-31") 1))
    /// ;=> "2024-02-01"
    ".plusDays" (_cx, date: When, n: i64) => { moved(&date.0, n, "days") }

    /// The date so many hours later.
    /// (str (.plusHours (LocalDateTime/parse "2024-01-31T23:00") 2))
    /// ;=> "2024-02-01T01:00"
    ".plusHours" (_cx, date: When, n: i64) => { moved(&date.0, n, "hours") }

    /// The date so many minutes later.
    /// (str (.plusMinutes (LocalDateTime/parse "2024-01-31T10:30") 45))
    /// ;=> "2024-01-31T11:15"
    ".plusMinutes" (_cx, date: When, n: i64) => { moved(&date.0, n, "minutes") }

    /// The date so many seconds later.
    /// (str (.plusSeconds (Instant/ofEpochMilli 0) 90))
    /// ;=> "1970-01-01T00:01:30Z"
    ".plusSeconds" (_cx, date: When, n: i64) => { moved(&date.0, n, "seconds") }

    /// The date so many years before.
    /// (str (.minusYears (LocalDate/parse "2024-02-29") 1))
    /// ;=> "2023-02-28"
    ".minusYears" (_cx, date: When, n: i64) => { moved(&date.0, less(n), "years") }

    /// The date so many months before, on the last day of a shorter month.
    /// (str (.minusMonths (LocalDate/parse "2024-03-31") 1))
    /// ;=> "2024-02-29"
    ".minusMonths" (_cx, date: When, n: i64) => { moved(&date.0, less(n), "months") }

    /// The date so many weeks before.
    /// (str (.minusWeeks (LocalDate/parse "2024-01-31") 1))
    /// ;=> "2024-01-24"
    ".minusWeeks" (_cx, date: When, n: i64) => { moved(&date.0, less(n), "weeks") }

    /// The date so many days before.
    /// (str (.minusDays (LocalDate/parse "2024-03-01") 1))
    /// ;=> "2024-02-29"
    ".minusDays" (_cx, date: When, n: i64) => { moved(&date.0, less(n), "days") }

    /// The date so many hours before.
    /// (str (.minusHours (LocalDateTime/parse "2024-01-31T01:00") 2))
    /// ;=> "2024-01-30T23:00"
    ".minusHours" (_cx, date: When, n: i64) => { moved(&date.0, less(n), "hours") }

    /// The date so many minutes before.
    /// (str (.minusMinutes (LocalDateTime/parse "2024-01-31T10:30") 45))
    /// ;=> "2024-01-31T09:45"
    ".minusMinutes" (_cx, date: When, n: i64) => { moved(&date.0, less(n), "minutes") }

    /// The year.
    /// (.getYear #inst "2024-01-31")
    /// ;=> 2024
    ".getYear" (_cx, date: When) => { Ok(Value::Int(date.0.at.year().into())) }

    /// The month, from 1.
    /// (.getMonthValue #inst "2024-01-31")
    /// ;=> 1
    ".getMonthValue" (_cx, date: When) => { Ok(Value::Int(date.0.at.month().into())) }

    /// The month by its name.
    /// (str (.getMonth #inst "2024-01-31"))
    /// ;=> "JANUARY"
    ".getMonth" (_cx, date: When) => {
        let at = usize::try_from(date.0.at.month().saturating_sub(1)).unwrap_or(0);
        Ok(MONTHS.get(at).map(|name| name.to_uppercase()).into())
    }

    /// The day of the month.
    /// (.getDayOfMonth #inst "2024-01-31")
    /// ;=> 31
    ".getDayOfMonth" (_cx, date: When) => { Ok(Value::Int(date.0.at.day().into())) }

    /// The day of the year.
    /// (.getDayOfYear #inst "2024-02-01")
    /// ;=> 32
    ".getDayOfYear" (_cx, date: When) => { Ok(Value::Int(date.0.at.day_of_year().into())) }

    /// The day of the week by its name.
    /// (str (.getDayOfWeek #inst "2024-01-31"))
    /// ;=> "WEDNESDAY"
    ".getDayOfWeek" (_cx, date: When) => {
        let at = usize::try_from(date.0.at.weekday().to_monday_zero_offset()).unwrap_or(0);
        Ok(DAYS.get(at).map(|name| name.to_uppercase()).into())
    }

    /// The hour.
    /// (.getHour (LocalDateTime/parse "2024-01-31T10:30"))
    /// ;=> 10
    ".getHour" (_cx, date: When) => { Ok(Value::Int(date.0.at.hour().into())) }

    /// The minute.
    /// (.getMinute (LocalDateTime/parse "2024-01-31T10:30"))
    /// ;=> 30
    ".getMinute" (_cx, date: When) => { Ok(Value::Int(date.0.at.minute().into())) }

    /// The second.
    /// (.getSecond (LocalDateTime/parse "2024-01-31T10:30:15"))
    /// ;=> 15
    ".getSecond" (_cx, date: When) => { Ok(Value::Int(date.0.at.second().into())) }

    /// The number of days of the month.
    /// (.lengthOfMonth (LocalDate/parse "2024-02-01"))
    /// ;=> 29
    ".lengthOfMonth" (_cx, date: When) => { Ok(Value::Int(date.0.at.date().days_in_month().into())) }

    /// Whether the year has 366 days.
    /// (.isLeapYear (LocalDate/parse "2024-02-01"))
    /// ;=> true
    ".isLeapYear" (_cx, date: When) => { Ok(date.0.at.date().in_leap_year().into()) }

    /// The day without its time.
    /// (str (.toLocalDate (LocalDateTime/parse "2024-01-31T10:30")))
    /// ;=> "2024-01-31"
    ".toLocalDate" (_cx, date: When) => { Ok(made(date.0.at.date().into(), DateKind::Day)) }

    /// The beginning of the day.
    /// (str (.atStartOfDay (LocalDate/parse "2024-01-31")))
    /// ;=> "2024-01-31T00:00"
    ".atStartOfDay" (_cx, date: When) => { Ok(made(date.0.at.date().into(), DateKind::Local)) }

    /// The same date on another day of the month.
    /// (str (.withDayOfMonth (LocalDate/parse "2024-01-31") 1))
    /// ;=> "2024-01-01"
    ".withDayOfMonth" (_cx, date: When, day: i64) => {
        let at = date.0.at;
        let time = [at.hour().into(), at.minute().into(), at.second().into()];
        of(at.year().into(), at.month().into(), day, time, date.0.kind)
    }

    /// Whether the date comes before another one.
    /// (.isBefore (LocalDate/parse "2024-01-01") (LocalDate/parse "2024-01-31"))
    /// ;=> true
    ".isBefore" (_cx, date: When, other: When) => { Ok((date.0 < other.0).into()) }

    /// Whether the date comes after another one.
    /// (.isAfter (LocalDate/parse "2024-01-01") (LocalDate/parse "2024-01-31"))
    /// ;=> false
    ".isAfter" (_cx, date: When, other: When) => { Ok((date.0 > other.0).into()) }

    /// Whether the dates are the same.
    /// (.isEqual (LocalDate/parse "2024-01-01") (LocalDate/of 2024 1 1))
    /// ;=> true
    ".isEqual" (_cx, date: When, other: When) => { Ok((date.0 == other.0).into()) }

    /// Milliseconds since 1970.
    /// (.toEpochMilli (Instant/parse "1970-01-01T00:00:01Z"))
    /// ;=> 1000
    ".toEpochMilli" (_cx, date: When) => { Ok(Value::Int(date.0.to_millis())) }

    /// Milliseconds since 1970.
    /// (.getTime #inst "1970-01-01T00:00:01Z")
    /// ;=> 1000
    ".getTime" (_cx, date: When) => { Ok(Value::Int(date.0.to_millis())) }

    /// Seconds since 1970.
    /// (.getEpochSecond (Instant/parse "1970-01-01T00:01:00Z"))
    /// ;=> 60
    ".getEpochSecond" (_cx, date: When) => { Ok(Value::Int(date.0.to_millis().div_euclid(1000))) }

    /// Days since 1970.
    /// (.toEpochDay (LocalDate/parse "1970-02-01"))
    /// ;=> 31
    ".toEpochDay" (_cx, date: When) => { Ok(Value::Int(date.0.to_millis().div_euclid(86_400_000))) }

    /// Whole units from one date to another.
    /// (.between java.time.temporal.ChronoUnit/DAYS (LocalDate/parse "2024-01-31") (LocalDate/parse "2024-03-01"))
    /// ;=> 30
    ".between" (_cx, unit: Value, from: When, to: When) => { between(&unit, &from.0, &to.0) }

    /// Whole units from the date to another one.
    /// (.until (LocalDate/parse "2024-01-31") (LocalDate/parse "2024-03-01") ChronoUnit/WEEKS)
    /// ;=> 4
    ".until" (_cx, from: When, to: When, unit: Value) => { between(&unit, &from.0, &to.0) }

    /// The time from one date to another, in milliseconds.
    /// (.toMinutes (Duration/between (LocalDateTime/parse "2024-01-31T10:00") (LocalDateTime/parse "2024-01-31T11:30")))
    /// ;=> 90
    "Duration/between" (_cx, from: When, to: When) => { between(&Value::keyword("millis"), &from.0, &to.0) }

    /// The whole days in a duration, which is a number of milliseconds.
    /// (.toDays 172800000)
    /// ;=> 2
    ".toDays" (_cx, duration: i64) => { Ok(Value::Int(duration / 86_400_000)) }

    /// The whole hours in a duration, which is a number of milliseconds.
    /// (.toHours 7200000)
    /// ;=> 2
    ".toHours" (_cx, duration: i64) => { Ok(Value::Int(duration / 3_600_000)) }

    /// The whole minutes in a duration, which is a number of milliseconds.
    /// (.toMinutes 120000)
    /// ;=> 2
    ".toMinutes" (_cx, duration: i64) => { Ok(Value::Int(duration / 60_000)) }

    /// The whole seconds in a duration, which is a number of milliseconds.
    /// (.getSeconds 2000)
    /// ;=> 2
    ".getSeconds" (_cx, duration: i64) => { Ok(Value::Int(duration / 1000)) }

    /// The milliseconds of a duration, which is just that.
    /// (.toMillis 2000)
    /// ;=> 2000
    ".toMillis" (_cx, duration: i64) => { Ok(Value::Int(duration)) }

    /// A pattern for .format and LocalDate/parse, with yyyy MM dd HH mm ss and their kin.
    /// (.format (LocalDate/of 2024 1 31) (DateTimeFormatter/ofPattern "d MMM yyyy"))
    /// ;=> "31 Jan 2024"
    "DateTimeFormatter/ofPattern" (_cx, pattern: Str) => { Ok(Value::Text((*pattern).clone())) }
}

pub(super) fn from_millis(millis: i64) -> Result<Value> {
    let date = Date::from_millis(millis);
    date.map(|date| Value::Date(Arc::new(date))).ok_or_else(|| value_error(format!("{millis} is out of the calendar")))
}
