//! Dates: days, local times and points on the time line, all kept as a civil date and time.

use std::fmt;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

/// A date.
#[derive(Clone, Copy, Debug)]
pub struct Date {
    /// Date and time; of a point on the time line in UTC, of a day at midnight.
    pub at: DateTime,
    /// What it was read from or made as, which is how it prints.
    pub kind: DateKind,
}

/// The kinds of dates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateKind {
    /// A day: `2024-01-31`.
    Day,
    /// A day and a time somewhere: `2024-01-31T10:30`.
    Local,
    /// A point on the time line: `2024-01-31T10:30:00Z`.
    Instant,
}

impl DateKind {
    /// What a message calls it, with an example.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Day => "a date such as 2024-01-31",
            Self::Local => "a date and time such as 2024-01-31T10:30",
            Self::Instant => "a time with a zone such as 2024-01-31T10:30:00Z",
        }
    }
}

/// The beginning of 1970. Counted from here, not by points on the time line: those end some hours before the calendar
/// does, so that there is a civil time for each of them everywhere.
const EPOCH: DateTime = DateTime::constant(1970, 1, 1, 0, 0, 0, 0);

impl Date {
    /// The longest text that spells a date.
    const MAX_DATE_TEXT: usize = 64;

    /// The date that an ISO text spells; its form decides the kind.
    pub fn parse(text: &str) -> Option<Self> {
        let plain =
            (10..=Self::MAX_DATE_TEXT).contains(&text.len()) && text.is_char_boundary(10) && !text.contains('[');
        let (day, time) = if plain { text.split_at(10) } else { return None };
        if !day.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return None;
        }
        if time.is_empty() {
            let day: jiff::civil::Date = day.parse().ok()?;
            return Some(Self { at: day.into(), kind: DateKind::Day });
        }
        if let Some(utc) = text.strip_suffix(['Z', 'z'])
            && !time.contains(['+', '-'])
        {
            return Some(Self { at: utc.parse().ok()?, kind: DateKind::Instant });
        }
        if time.ends_with(['Z', 'z']) || time.contains(['+', '-']) {
            // `-00:00`, as Clojure writes it, is UTC.
            let text = text.strip_suffix("-00:00").map(|text| format!("{text}Z"));
            let point: Timestamp = text.as_deref().unwrap_or(&format!("{day}{time}")).parse().ok()?;
            return Some(Self::at_point(point));
        }
        Some(Self { at: text.parse().ok()?, kind: DateKind::Local })
    }

    /// The point on the time line `millis` milliseconds after 1970.
    pub fn from_millis(millis: i64) -> Option<Self> {
        let at = EPOCH.checked_add(SignedDuration::from_millis(millis)).ok()?;
        Some(Self { at, kind: DateKind::Instant })
    }

    fn at_point(point: Timestamp) -> Self {
        Self { at: Offset::UTC.to_datetime(point), kind: DateKind::Instant }
    }

    /// The text of a literal: points on the time line as Clojure writes them.
    pub fn readable(&self) -> String {
        match self.kind {
            DateKind::Instant => {
                let (at, millis) = (self.at, self.at.millisecond());
                format!("{}T{:02}:{:02}:{:02}.{millis:03}-00:00", at.date(), at.hour(), at.minute(), at.second())
            }
            DateKind::Day | DateKind::Local => self.to_string(),
        }
    }

    /// Milliseconds since 1970, taking the date as UTC.
    pub fn to_millis(&self) -> i64 {
        i64::try_from(self.at.duration_since(EPOCH).as_millis()).unwrap_or(0)
    }

    /// The time from this date to another.
    pub fn until(&self, other: &Self) -> SignedDuration {
        self.at.duration_until(other.at)
    }
}

/// Dates are equal when they are at the same time, whatever they were made as.
impl PartialEq for Date {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}
impl Eq for Date {}

impl PartialOrd for Date {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Date {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.cmp(&other.at)
    }
}

/// The ISO form, as Java prints it: what is zero at the end of a time is left out.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at;
        write!(f, "{}", at.date())?;
        match self.kind {
            DateKind::Day => return Ok(()),
            DateKind::Local => write!(f, "T{:02}:{:02}", at.hour(), at.minute())?,
            DateKind::Instant => write!(f, "T{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())?,
        }
        let nanos = at.subsec_nanosecond();
        if self.kind == DateKind::Local && (at.second() != 0 || nanos != 0) {
            write!(f, ":{:02}", at.second())?;
        }
        if nanos != 0 {
            let digits = format!("{nanos:09}");
            let kept = digits.trim_end_matches('0').len().div_ceil(3).saturating_mul(3);
            write!(f, ".{}", digits.get(..kept).unwrap_or(&digits))?;
        }
        if self.kind == DateKind::Instant { f.write_str("Z") } else { Ok(()) }
    }
}
