//! Dates: ISO texts, the calendar's arithmetic, and the host's clock.

use super::builtins;
use crate::lisp::ops::dates::{
    DAYS, MONTHS, When, between, date_from_parts, from_millis, less, made, moved, parse, read,
};
use crate::lisp::ops::text::Str;
use crate::lisp::value::{Context, Date, DateKind, Result, Value, value_error};

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
    "inst?" => "bool" (_cx, x: Value) => { Ok(matches!(x, Value::Date(_)).into()) }

    /// Milliseconds since 1970 of a date, in UTC.
    /// (inst-ms #inst "1970-01-02")
    /// ;=> 86400000
    "inst-ms" => "number" (_cx, inst: When) => { Ok(Value::Int(inst.0.to_millis())) }

    /// As inst-ms.
    /// (inst-ms* #inst "1970-01-01T00:00:01Z")
    /// ;=> 1000
    "inst-ms*" = "inst-ms"

    /// Milliseconds since 1970 now, as the host says.
    /// (pos? (System/currentTimeMillis))
    /// ;=> true
    "System/currentTimeMillis" => "number" (cx) => { Ok(Value::Int(cx.now())) }

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
    "LocalDate/of" (_cx, year: i64, month: i64, day: i64) => { date_from_parts(year, month, day, [0; 3], DateKind::Day) }

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
            date_from_parts(year, month, day, [hour, minute, 0], DateKind::Local)
        }
        (_cx, year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) => {
            date_from_parts(year, month, day, [hour, minute, second], DateKind::Local)
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
    ".getYear" => "number" (_cx, date: When) => { Ok(Value::Int(date.0.at.year().into())) }

    /// The month, from 1.
    /// (.getMonthValue #inst "2024-01-31")
    /// ;=> 1
    ".getMonthValue" => "number" (_cx, date: When) => { Ok(Value::Int(date.0.at.month().into())) }

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
    ".getDayOfMonth" => "number" (_cx, date: When) => { Ok(Value::Int(date.0.at.day().into())) }

    /// The day of the year.
    /// (.getDayOfYear #inst "2024-02-01")
    /// ;=> 32
    ".getDayOfYear" => "number" (_cx, date: When) => { Ok(Value::Int(date.0.at.day_of_year().into())) }

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
    ".getHour" => "number" (_cx, date: When) => { Ok(Value::Int(date.0.at.hour().into())) }

    /// The minute.
    /// (.getMinute (LocalDateTime/parse "2024-01-31T10:30"))
    /// ;=> 30
    ".getMinute" => "number" (_cx, date: When) => { Ok(Value::Int(date.0.at.minute().into())) }

    /// The second.
    /// (.getSecond (LocalDateTime/parse "2024-01-31T10:30:15"))
    /// ;=> 15
    ".getSecond" => "number" (_cx, date: When) => { Ok(Value::Int(date.0.at.second().into())) }

    /// The number of days of the month.
    /// (.lengthOfMonth (LocalDate/parse "2024-02-01"))
    /// ;=> 29
    ".lengthOfMonth" => "number" (_cx, date: When) => { Ok(Value::Int(date.0.at.date().days_in_month().into())) }

    /// Whether the year has 366 days.
    /// (.isLeapYear (LocalDate/parse "2024-02-01"))
    /// ;=> true
    ".isLeapYear" => "bool" (_cx, date: When) => { Ok(date.0.at.date().in_leap_year().into()) }

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
        date_from_parts(at.year().into(), at.month().into(), day, time, date.0.kind)
    }

    /// Whether the date comes before another one.
    /// (.isBefore (LocalDate/parse "2024-01-01") (LocalDate/parse "2024-01-31"))
    /// ;=> true
    ".isBefore" => "bool" (_cx, date: When, other: When) => { Ok((date.0 < other.0).into()) }

    /// Whether the date comes after another one.
    /// (.isAfter (LocalDate/parse "2024-01-01") (LocalDate/parse "2024-01-31"))
    /// ;=> false
    ".isAfter" => "bool" (_cx, date: When, other: When) => { Ok((date.0 > other.0).into()) }

    /// Whether the dates are the same.
    /// (.isEqual (LocalDate/parse "2024-01-01") (LocalDate/of 2024 1 1))
    /// ;=> true
    ".isEqual" => "bool" (_cx, date: When, other: When) => { Ok((date.0 == other.0).into()) }

    /// Milliseconds since 1970.
    /// (.toEpochMilli (Instant/parse "1970-01-01T00:00:01Z"))
    /// ;=> 1000
    ".toEpochMilli" = "inst-ms"

    /// Milliseconds since 1970.
    /// (.getTime #inst "1970-01-01T00:00:01Z")
    /// ;=> 1000
    ".getTime" = "inst-ms"

    /// Seconds since 1970.
    /// (.getEpochSecond (Instant/parse "1970-01-01T00:01:00Z"))
    /// ;=> 60
    ".getEpochSecond" => "number" (_cx, date: When) => { Ok(Value::Int(date.0.to_millis().div_euclid(1000))) }

    /// Days since 1970.
    /// (.toEpochDay (LocalDate/parse "1970-02-01"))
    /// ;=> 31
    ".toEpochDay" => "number" (_cx, date: When) => { Ok(Value::Int(date.0.to_millis().div_euclid(86_400_000))) }

    /// Whole units from one date to another.
    /// (.between java.time.temporal.ChronoUnit/DAYS (LocalDate/parse "2024-01-31") (LocalDate/parse "2024-03-01"))
    /// ;=> 30
    ".between" => "number" (_cx, unit: Value, from: When, to: When) => { between(&unit, &from.0, &to.0) }

    /// Whole units from the date to another one.
    /// (.until (LocalDate/parse "2024-01-31") (LocalDate/parse "2024-03-01") ChronoUnit/WEEKS)
    /// ;=> 4
    ".until" => "number" (_cx, from: When, to: When, unit: Value) => { between(&unit, &from.0, &to.0) }

    /// The time from one date to another, in milliseconds.
    /// (.toMinutes (Duration/between (LocalDateTime/parse "2024-01-31T10:00") (LocalDateTime/parse "2024-01-31T11:30")))
    /// ;=> 90
    "Duration/between" => "number"
        (_cx, from: When, to: When) => { between(&Value::keyword("millis"), &from.0, &to.0) }

    /// The whole days in a duration, which is a number of milliseconds.
    /// (.toDays 172800000)
    /// ;=> 2
    ".toDays" => "number" (_cx, duration: i64) => { Ok(Value::Int(duration / 86_400_000)) }

    /// The whole hours in a duration, which is a number of milliseconds.
    /// (.toHours 7200000)
    /// ;=> 2
    ".toHours" => "number" (_cx, duration: i64) => { Ok(Value::Int(duration / 3_600_000)) }

    /// The whole minutes in a duration, which is a number of milliseconds.
    /// (.toMinutes 120000)
    /// ;=> 2
    ".toMinutes" => "number" (_cx, duration: i64) => { Ok(Value::Int(duration / 60_000)) }

    /// The whole seconds in a duration, which is a number of milliseconds.
    /// (.getSeconds 2000)
    /// ;=> 2
    ".getSeconds" => "number" (_cx, duration: i64) => { Ok(Value::Int(duration / 1000)) }

    /// The milliseconds of a duration, which is just that.
    /// (.toMillis 2000)
    /// ;=> 2000
    ".toMillis" => "number" (_cx, duration: i64) => { Ok(Value::Int(duration)) }

    /// A pattern for .format and LocalDate/parse, with yyyy MM dd HH mm ss and their kin.
    /// (.format (LocalDate/of 2024 1 31) (DateTimeFormatter/ofPattern "d MMM yyyy"))
    /// ;=> "31 Jan 2024"
    "DateTimeFormatter/ofPattern" (_cx, pattern: Str) => { Ok(Value::Text((*pattern).clone())) }
}
