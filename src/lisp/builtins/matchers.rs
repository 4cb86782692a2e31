//! Matchers: the matches of a regex in a string, one after the other.

use super::builtins;
use crate::lisp::ops::matcher::{group, last, matcher, next};
use crate::lisp::ops::regex::Pattern;
use crate::lisp::ops::text::Str;
use crate::lisp::value::Value;

builtins! { Regexes;
    /// The matches of a regex in a string, to be asked for with (re-find m); (re-seq re s) gives them all at once.
    /// (let [m (re-matcher #"(\w)=(\d)" "a=1 b=2")] (re-find m) (re-find m) (re-groups m))
    /// ;=> ["b=2" "b" "2"]
    "re-matcher" (cx, re: Pattern, s: Str) => { matcher(cx, re, &s) }

    /// The match that was found last, as re-find gave it.
    /// (let [m (re-matcher #"\d+" "a12")] (re-find m) (re-groups m))
    /// ;=> "12"
    "re-groups" (_cx, matcher: Value) => { last("re-groups", &matcher) }

    /// As re-matcher.
    /// (.find (.matcher #"b" "abc"))
    /// ;=> true
    ".matcher" (cx, re: Pattern, s: Str) => { matcher(cx, re, &s) }

    /// Whether there is another match, which .group then gives.
    /// (let [m (re-matcher #"\d" "a1")] [(.find m) (.find m)])
    /// ;=> [true false]
    ".find" (cx, matcher: Value) => { next(cx, ".find", &matcher).map(|found| Value::from(!found.is_nil())) }

    /// The text of the match that was found last, or of one of its groups.
    /// (let [m (re-matcher #"(\d+)-(\d+)" "10-20")] (when (.matches m) [(.group m) (.group m 2)]))
    /// ;=> ["10-20" "20"]
    ".group"
        (_cx, matcher: Value) => { group(&last(".group", &matcher)?, 0) }
        (_cx, matcher: Value, index: i64) => { group(&last(".group", &matcher)?, index) }

    /// How many groups the match has that was found last.
    /// (let [m (re-matcher #"(a)(b)" "ab")] (.find m) (.groupCount m))
    /// ;=> 2
    ".groupCount" => "number" (_cx, matcher: Value) => {
        Ok(match last(".groupCount", &matcher)? {
            Value::Vector(groups) => groups.len().saturating_sub(1).into(),
            _ => Value::Int(0),
        })
    }
}
