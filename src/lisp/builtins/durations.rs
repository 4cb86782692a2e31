//! Durations, which are numbers of milliseconds, and dates that are moved, cut and put together by their units.

use super::builtins;
use crate::lisp::ops::dates::{When, date_from_parts, from_millis, less, made, moved};
use crate::lisp::ops::text::{Str, with_hint};
use crate::lisp::value::{Date, DateKind, Fault, Raise, Result, Value, type_error, value_error};
use jiff::civil::DateTime;

const SECOND: i64 = 1_000;

const MINUTE: i64 = 60 * SECOND;

const HOUR: i64 = 60 * MINUTE;

const DAY: i64 = 24 * HOUR;

fn millis(n: i64, unit: i64) -> Result<Value> {
    n.checked_mul(unit).map(Value::Int).ok_or_else(|| Fault::value("long overflow").class("ArithmeticException").into())
}

/// The date or duration `n` later, in a unit, or in milliseconds where none is given.
fn plus(name: &'static str, what: &Value, n: i64, unit: Option<&Value>) -> Result<Value> {
    let unit = match unit {
        None => "millis",
        Some(unit) => unit.as_name().ok_or_else(|| {
            with_hint(type_error(name, "a unit", unit), "a unit is one of ChronoUnit/DAYS, HOURS, MINUTES …")
        })?,
    };
    match what {
        Value::Date(date) if date.kind == DateKind::Day && unit == "millis" => {
            moved(date, n.checked_div(DAY).unwrap_or(0), "days")
        }
        Value::Date(date) => moved(date, n, unit),
        Value::Int(duration) if unit == "millis" => Ok(Value::Int(duration.saturating_add(n))),
        other => {
            let error = type_error(name, "a date", other);
            Err(with_hint(error, "write (.plusDays date n), or (.plus date n ChronoUnit/DAYS)"))
        }
    }
}

/// The date without what is smaller than a unit.
fn truncated(date: &Date, unit: &Value) -> Result<Value> {
    let at = date.at;
    let (hour, minute, second) = match unit.as_name() {
        Some("days") => (0, 0, 0),
        Some("hours") => (at.hour(), 0, 0),
        Some("minutes") => (at.hour(), at.minute(), 0),
        Some("seconds") => (at.hour(), at.minute(), at.second()),
        _ => return Err(value_error("a date is cut to ChronoUnit/DAYS, HOURS, MINUTES or SECONDS")),
    };
    Ok(made(at.date().at(hour, minute, second, 0), date.kind))
}

/// The same date with other parts.
fn with(date: &Date, change: impl FnOnce(jiff::civil::DateTimeWith) -> jiff::civil::DateTimeWith) -> Result<Value> {
    match change(date.at.with()).build() {
        Ok(at) => Ok(made(at, date.kind)),
        Err(error) => Err(out_of_calendar(&error)),
    }
}

#[cold]
fn out_of_calendar(error: &jiff::Error) -> Box<Raise> {
    Fault::value(error.to_string()).class("DateTimeException").into()
}

/// A year or month within the calendar, on the last day of the month where it is shorter.
fn in_month(date: &Date, year: i64, month: i64) -> Result<Value> {
    let first = date_from_parts(year, month, 1, [0; 3], DateKind::Day)?;
    let Value::Date(first) = first else { return Ok(Value::Nil) };
    let day = date.at.day().min(first.at.date().days_in_month());
    with(date, |with| with.year(first.at.year()).month(first.at.month()).day(day))
}

builtins! { Dates;
    /// A duration of so many days: durations are numbers of milliseconds.
    /// (Duration/ofDays 2)
    /// ;=> 172800000
    "Duration/ofDays" => "number" (_cx, n: i64) => { millis(n, DAY) }

    /// A duration of so many hours: durations are numbers of milliseconds.
    /// (.toMinutes (Duration/ofHours 2))
    /// ;=> 120
    "Duration/ofHours" => "number" (_cx, n: i64) => { millis(n, HOUR) }

    /// A duration of so many minutes: durations are numbers of milliseconds, and print as such.
    /// (.toHours (Duration/ofMinutes 150))
    /// ;=> 2
    "Duration/ofMinutes" => "number" (_cx, n: i64) => { millis(n, MINUTE) }

    /// A duration of so many seconds: durations are numbers of milliseconds.
    /// (Duration/ofSeconds 2)
    /// ;=> 2000
    "Duration/ofSeconds" => "number" (_cx, n: i64) => { millis(n, SECOND) }

    /// A duration of so many milliseconds, which is just that.
    /// (.toSeconds (Duration/ofMillis 2500))
    /// ;=> 2
    "Duration/ofMillis" => "number" (_cx, n: i64) => { Ok(Value::Int(n)) }

    ".toSeconds" = ".getSeconds"

    /// The hours of a duration beside its whole days.
    /// (.toHoursPart (Duration/ofHours 50))
    /// ;=> 2
    ".toHoursPart" => "number"
        (_cx, duration: i64) => { Ok(Value::Int((duration / HOUR).checked_rem(24).unwrap_or(0))) }

    /// The minutes of a duration beside its whole hours.
    /// (.toMinutesPart (Duration/ofMinutes 90))
    /// ;=> 30
    ".toMinutesPart" => "number"
        (_cx, duration: i64) => { Ok(Value::Int((duration / MINUTE).checked_rem(60).unwrap_or(0))) }

    /// The seconds of a duration beside its whole minutes.
    /// (.toSecondsPart (Duration/ofSeconds 90))
    /// ;=> 30
    ".toSecondsPart" => "number"
        (_cx, duration: i64) => { Ok(Value::Int((duration / SECOND).checked_rem(60).unwrap_or(0))) }

    /// Whether a duration is less than nothing.
    /// (.isNegative (Duration/ofMinutes -1))
    /// ;=> true
    ".isNegative" => "bool" (_cx, duration: i64) => { Ok((duration < 0).into()) }

    /// The date so many units later, or a duration later.
    /// (str (.plus (LocalDate/parse "2024-01-31") 2 ChronoUnit/DAYS))
    /// ;=> "2024-02-02"
    /// (str (.plus (Instant/parse "2024-01-31T10:00:00Z") (Duration/ofHours 2)))
    /// ;=> "2024-01-31T12:00:00Z"
    ".plus"
        (_cx, date: Value, duration: i64) => { plus(".plus", &date, duration, None) }
        (_cx, date: Value, n: i64, unit: Value) => { plus(".plus", &date, n, Some(&unit)) }

    /// The date so many units before, or a duration before.
    /// (str (.minus (LocalDate/parse "2024-01-31") 1 ChronoUnit/MONTHS))
    /// ;=> "2023-12-31"
    ".minus"
        (_cx, date: Value, duration: i64) => { plus(".minus", &date, less(duration), None) }
        (_cx, date: Value, n: i64, unit: Value) => { plus(".minus", &date, less(n), Some(&unit)) }

    /// The date so many milliseconds later.
    /// (str (.plusMillis (Instant/ofEpochMilli 0) 1500))
    /// ;=> "1970-01-01T00:00:01.500Z"
    ".plusMillis" (_cx, date: When, n: i64) => { moved(&date.0, n, "millis") }

    /// The date so many seconds before.
    /// (str (.minusSeconds (Instant/ofEpochMilli 60000) 30))
    /// ;=> "1970-01-01T00:00:30Z"
    ".minusSeconds" (_cx, date: When, n: i64) => { moved(&date.0, less(n), "seconds") }

    /// The date so many milliseconds before.
    /// (str (.minusMillis (Instant/ofEpochMilli 1500) 500))
    /// ;=> "1970-01-01T00:00:01Z"
    ".minusMillis" (_cx, date: When, n: i64) => { moved(&date.0, less(n), "millis") }

    /// The date without what is smaller than a unit.
    /// (str (.truncatedTo (LocalDateTime/parse "2024-01-31T10:45:30") ChronoUnit/HOURS))
    /// ;=> "2024-01-31T10:00"
    ".truncatedTo" (_cx, date: When, unit: Value) => { truncated(&date.0, &unit) }

    /// The same day of another month, or its last day.
    /// (str (.withMonth (LocalDate/parse "2024-01-31") 2))
    /// ;=> "2024-02-29"
    ".withMonth" (_cx, date: When, month: i64) => { in_month(&date.0, date.0.at.year().into(), month) }

    /// The same day of another year, or the last of its month.
    /// (str (.withYear (LocalDate/parse "2024-02-29") 2023))
    /// ;=> "2023-02-28"
    ".withYear" (_cx, date: When, year: i64) => { in_month(&date.0, year, date.0.at.month().into()) }

    /// The date on another day of its year, counted from 1.
    /// (str (.withDayOfYear (LocalDate/parse "2024-01-31") 60))
    /// ;=> "2024-02-29"
    ".withDayOfYear" (_cx, date: When, day: i64) => {
        with(&date.0, |with| with.day_of_year(i16::try_from(day).unwrap_or(-1)))
    }

    /// The date at a time of the day.
    /// (str (.atTime (LocalDate/parse "2024-01-31") 10 30))
    /// ;=> "2024-01-31T10:30"
    ".atTime"
        (_cx, date: When, hour: i64, minute: i64) => { at_time(&date.0, hour, minute, 0) }
        (_cx, date: When, hour: i64, minute: i64, second: i64) => { at_time(&date.0, hour, minute, second) }

    /// The number of days of the year.
    /// (.lengthOfYear (LocalDate/parse "2024-01-31"))
    /// ;=> 366
    ".lengthOfYear" => "number" (_cx, date: When) => { Ok(Value::Int(date.0.at.date().days_in_year().into())) }

    /// Whether a year has 366 days.
    /// (java.time.Year/isLeap 2024)
    /// ;=> true
    "Year/isLeap" => "bool" (_cx, year: i64) => {
        let leap = year.rem_euclid(4) == 0 && (year.rem_euclid(100) != 0 || year.rem_euclid(400) == 0);
        Ok(leap.into())
    }

    /// The day so many days after 1970-01-01.
    /// (str (LocalDate/ofEpochDay 19753))
    /// ;=> "2024-01-31"
    "LocalDate/ofEpochDay" (_cx, days: i64) => {
        let Value::Date(date) = from_millis(days.saturating_mul(DAY))? else { return Ok(Value::Nil) };
        Ok(made(date.at, DateKind::Day))
    }

    /// The day of a year, counted from 1.
    /// (str (LocalDate/ofYearDay 2024 60))
    /// ;=> "2024-02-29"
    "LocalDate/ofYearDay" (_cx, year: i64, day: i64) => {
        let Value::Date(first) = date_from_parts(year, 1, 1, [0; 3], DateKind::Day)? else { return Ok(Value::Nil) };
        with(&first, |with| with.day_of_year(i16::try_from(day).unwrap_or(-1)))
    }

    /// The point on the time line, taking the date as UTC.
    /// (str (.toInstant (LocalDateTime/parse "2024-01-31T10:30") ZoneOffset/UTC))
    /// ;=> "2024-01-31T10:30:00Z"
    ".toInstant"
        (_cx, date: When) => { Ok(made(date.0.at, DateKind::Instant)) }
        (_cx, date: When, zone: Str) => { in_utc(&zone, date.0.at, DateKind::Instant) }

    /// Seconds since 1970, taking the date as UTC.
    /// (.toEpochSecond (LocalDateTime/parse "1970-01-01T00:01") ZoneOffset/UTC)
    /// ;=> 60
    ".toEpochSecond" => "number"
        (_cx, date: When) => { Ok(Value::Int(date.0.to_millis().div_euclid(SECOND))) }
        (_cx, date: When, _zone: Str) => { Ok(Value::Int(date.0.to_millis().div_euclid(SECOND))) }

    /// The name of a zone, of which only UTC is there.
    /// (java.time.ZoneId/of "UTC")
    /// ;=> "UTC"
    "ZoneId/of" (_cx, name: Str) => { utc(&name) }

    /// The day of a point on the time line in UTC.
    /// (str (LocalDate/ofInstant (Instant/parse "2024-01-31T10:30:00Z") ZoneOffset/UTC))
    /// ;=> "2024-01-31"
    "LocalDate/ofInstant" (_cx, instant: When, zone: Str) => {
        in_utc(&zone, instant.0.at.date().into(), DateKind::Day)
    }

    /// Date and time of a point on the time line in UTC.
    /// (str (LocalDateTime/ofInstant (Instant/parse "2024-01-31T10:30:00Z") ZoneOffset/UTC))
    /// ;=> "2024-01-31T10:30"
    "LocalDateTime/ofInstant" (_cx, instant: When, zone: Str) => { in_utc(&zone, instant.0.at, DateKind::Local) }
}

fn at_time(date: &Date, hour: i64, minute: i64, second: i64) -> Result<Value> {
    let at = date.at;
    date_from_parts(at.year().into(), at.month().into(), at.day().into(), [hour, minute, second], DateKind::Local)
}

/// The name of UTC: other zones need a table of the world's clocks.
fn utc(zone: &Str) -> Result<Value> {
    if matches!(zone.as_str(), "UTC" | "Z" | "GMT" | "Etc/UTC" | "+00:00") {
        return Ok("UTC".into());
    }
    let fault = Fault::value(format!("the zone {} is not available", crate::lisp::text::abridge(zone.as_str(), 40)));
    Err(fault
        .class("DateTimeException")
        .hint("times are in UTC: (ZoneId/of \"UTC\"); move them with (.plusHours t n)")
        .into())
}

fn in_utc(zone: &Str, at: DateTime, kind: DateKind) -> Result<Value> {
    utc(zone)?;
    Ok(made(at, kind))
}
