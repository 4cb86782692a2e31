//! The flags of limits, which come from the table of settings: `--max-steps`, `--max-memory` and the others.

use std::sync::LazyLock;

use clap::error::Error;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use ptc::lisp::limits::{LIMITS, Limits};
use ptc::settings::{Row, limit_rows};
use serde_json::Value as Json;

/// A flag for each limit that can be set.
static FLAGS: LazyLock<Vec<(String, Row<Limits>)>> =
    LazyLock::new(|| limit_rows().into_iter().map(|row| (row.key.flag(), row)).collect());

/// The limits that were given.
#[derive(Clone, Debug, Default)]
pub(crate) struct LimitOptions(Vec<(&'static str, Json)>);

impl LimitOptions {
    /// The defaults with the limits that were given.
    pub fn limits(&self) -> Limits {
        self.over(Limits::default())
    }

    /// Other limits with those that were given.
    pub fn over(&self, mut limits: Limits) -> Limits {
        for (flag, row) in FLAGS.iter() {
            if let Some((_, value)) = self.0.iter().find(|(given, _)| given == flag) {
                // The parser of the flag has accepted it.
                let _ = row.set(&mut limits, value);
            }
        }
        limits
    }
}

impl Args for LimitOptions {
    fn augment_args(command: Command) -> Command {
        FLAGS.iter().fold(command, |command, (flag, row)| {
            let (key, kind) = (&row.key, row.key.kind);
            let help = format!("{} [default: {}]", key.doc.trim().trim_end_matches('.'), key.show(&key.default));
            let parse = move |text: &str| kind.read_argument(text);
            let name = kind.placeholder();
            command.arg(Arg::new(flag.as_str()).long(flag.as_str()).value_name(name).help(help).value_parser(parse))
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for LimitOptions {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let given = |flag: &'static str| matches.get_one::<Json>(flag).map(|value| (flag, value.clone()));
        Ok(Self(FLAGS.iter().filter_map(|(flag, _)| given(flag)).collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

/// All limits with their values, a line each: those that can be set as flags, the others with their names.
pub(crate) fn list(limits: &Limits) -> String {
    let set = FLAGS.iter().map(|(flag, row)| format!("--{flag} {}", row.key.show(&row.get(limits))));
    let fixed = LIMITS.iter().filter_map(|limit| Some(format!("{} {} (fixed)", limit.name, limit.fixed()?)));
    set.chain(fixed).collect::<Vec<_>>().join("\n")
}
