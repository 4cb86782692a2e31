//! The limits of a program: one row each, from which the struct, its defaults and every list of limits come.

use std::time::Duration;

use crate::lisp::text::LimitKind;

/// The most levels of a value.
pub const MAX_NESTING: u16 = 500;
/// The most levels of a source text.
pub const MAX_SOURCE_NESTING: usize = 200;
/// The most levels of a program once its macros are expanded.
pub const MAX_EXPANDED_NESTING: usize = 1_000;
/// The most bits of an integer.
pub const MAX_INTEGER_BITS: u64 = 64 * 1024;
/// The most states of all regexes of a program.
pub const MAX_REGEX_STATES: u64 = 50_000;
/// The most locals that functions use of those around them: functions within functions pass on what the inner ones use.
pub const MAX_CAPTURES: usize = 200_000;

/// A limit of the language.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// Which limit.
    pub kind: LimitKind,
    /// Its name: in messages, `--json`, program files; a flag has `-` for `_`.
    pub name: &'static str,
    /// Its key in program files: `limits.max_steps`.
    pub key: &'static str,
    /// What it bounds, in one sentence.
    pub doc: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// Whether a host can set it.
    pub bound: Bound,
}

/// What a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Bytes.
    Bytes,
    /// Time.
    Time,
}

/// Whether a limit can be set.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// A field of [`Limits`].
    Field {
        /// Reads the field.
        get: fn(&Limits) -> Amount,
        /// Writes the field; a number that is too large for it is the largest there is.
        set: fn(&mut Limits, Amount),
    },
    /// The same for every program.
    Fixed(u64),
}

/// The value of a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Amount {
    /// Bytes or things.
    Number(u64),
    /// Time.
    Time(Duration),
}

/// A type that a limit can have.
trait Field {
    fn amount(&self) -> Amount;
    fn from_amount(amount: Amount) -> Self;
}

impl Field for Duration {
    fn amount(&self) -> Amount {
        Amount::Time(*self)
    }

    fn from_amount(amount: Amount) -> Self {
        match amount {
            Amount::Time(time) => time,
            Amount::Number(millis) => Self::from_millis(millis),
        }
    }
}

macro_rules! numbers {
    ($($number:ty),*) => { $(
        impl Field for $number {
            fn amount(&self) -> Amount {
                Amount::Number(u64::try_from(*self).unwrap_or(u64::MAX))
            }

            fn from_amount(amount: Amount) -> Self {
                match amount {
                    Amount::Number(number) => Self::try_from(number).unwrap_or(Self::MAX),
                    Amount::Time(time) => Self::try_from(time.as_millis()).unwrap_or(Self::MAX),
                }
            }
        }
    )* };
}

numbers!(u64, u32, usize);

/// Writes [`Limits`], its defaults and [`LIMITS`] from one row for each limit.
macro_rules! limits {
    (
        $( #[doc = $doc:literal] $kind:ident $name:ident: $field:ty = $default:expr, $unit:ident; )+
        fixed:
        $( #[doc = $fixed_doc:literal] $fixed_kind:ident $fixed:ident = $value:expr; )+
    ) => {
        /// What a program may use. The defaults are those of the language.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Limits {
            $( #[doc = $doc] pub $name: $field, )+
        }

        impl Default for Limits {
            fn default() -> Self {
                Self { $( $name: $default, )+ }
            }
        }

        /// All limits of the language.
        pub const LIMITS: &[Limit] = &[
            $( Limit {
                kind: LimitKind::$kind,
                name: stringify!($name),
                key: concat!("limits.", stringify!($name)),
                doc: $doc,
                unit: Unit::$unit,
                bound: Bound::Field {
                    get: |limits| limits.$name.amount(),
                    set: |limits, amount| limits.$name = Field::from_amount(amount),
                },
            }, )+
            $( Limit {
                kind: LimitKind::$fixed_kind,
                name: stringify!($fixed),
                key: concat!("limits.", stringify!($fixed)),
                doc: $fixed_doc,
                unit: Unit::Count,
                bound: Bound::Fixed($value),
            }, )+
        ];
    };
}

limits! {
    /// Interpreter time of one program; waiting for tools is not counted.
    Time max_time: Duration = Duration::from_secs(5), Time;
    /// Steps: calls, loop turns, and items that builtins handle.
    Steps max_steps: u64 = 100_000_000, Count;
    /// Live memory.
    Memory max_memory: u64 = 64 << 20, Bytes;
    /// Calls within calls.
    Depth max_depth: u32 = 2_000, Count;
    /// Tool calls.
    ToolCalls max_tool_calls: u64 = 256, Count;
    /// Printed output.
    Output max_output: usize = 64 << 10, Bytes;
    /// The result, as JSON.
    Result max_result: usize = 4 << 20, Bytes;
    /// The source.
    Source max_source: usize = 1 << 20, Bytes;
    /// Concurrent branches of `pmap` and similar functions.
    Branches max_branches: usize = 64, Count;
    fixed:
    /// Levels of a value.
    Nesting max_nesting = MAX_NESTING as u64;
    /// Levels of the source; 1,000 once macros are expanded.
    SourceNesting max_source_nesting = MAX_SOURCE_NESTING as u64;
    /// Bits of an integer.
    IntegerBits max_integer_bits = MAX_INTEGER_BITS;
    /// States of all regexes of a program.
    RegexStates max_regex_states = MAX_REGEX_STATES;
    /// Locals that functions use of those around them.
    Captures max_captures = MAX_CAPTURES as u64;
}

impl Limit {
    /// The row of a limit; budgets and turns have none here.
    pub fn of(kind: LimitKind) -> Option<&'static Self> {
        LIMITS.iter().find(|limit| limit.kind == kind)
    }

    /// The value, if it is the same for every program.
    pub fn fixed(&self) -> Option<u64> {
        match self.bound {
            Bound::Field { .. } => None,
            Bound::Fixed(value) => Some(value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_named_as_in_messages() {
        for limit in LIMITS {
            assert_eq!(limit.name, limit.kind.name());
            assert_eq!(Limit::of(limit.kind).map(|row| row.name), Some(limit.name));
        }
    }

    #[test]
    fn limits_are_read_and_written_through_their_rows() {
        let mut limits = Limits::default();
        for limit in LIMITS {
            let Bound::Field { get, set } = limit.bound else { continue };
            set(&mut limits, Amount::Number(u64::MAX));
            assert_ne!(get(&limits), get(&Limits::default()), "{}", limit.name);
        }
        assert_eq!((limits.max_depth, limits.max_steps), (u32::MAX, u64::MAX));
    }
}
