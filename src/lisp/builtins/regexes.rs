//! Regexes: finding, matching, splitting and replacing, in time that grows with the text and nothing else.

use super::builtins;
use crate::lisp::ops::matcher;
use crate::lisp::ops::regex::{Matches, Pattern, all, compile, replace, split, whole};
use crate::lisp::ops::text::{Str, not_text, stringy};
use crate::lisp::value::Value;

builtins! { Regexes;
    /// The regex of a pattern; a regex itself.
    /// (re-find (re-pattern "b+") "abbc")
    /// ;=> "bb"
    "re-pattern" (cx, pattern: Value) => {
        match pattern {
            Value::Regex(_) => Ok(pattern),
            Value::Text(text) => compile(cx, text.as_str()).map(Value::Regex),
            other => Err(not_text("re-pattern", "a string", None, &other)),
        }
    }

    /// The first match of a regex in a string: its text, or a vector of it and its groups; nil if there is none.
    /// (re-find #"\d+" "a12b3")
    /// ;=> "12"
    /// (re-find #"(\w+)@(\w+)" "ann@home")
    /// ;=> ["ann@home" "ann" "home"]
    /// (let [m (re-matcher #"\d" "a1b2")] [(re-find m) (re-find m) (re-find m)])
    /// ;=> ["1" "2" nil]
    "re-find"
        (cx, matcher: Value) => { matcher::next(cx, "re-find", &matcher) }
        (cx, re: Pattern, s: Str) => {
            let mut matches = Matches::new(&re.0, s.as_str());
            matches.next(cx)?.map_or(Ok(Value::Nil), |found| matches.value(cx, found))
        }

    /// The match of a regex with a whole string, as re-find gives it; nil if it does not match.
    /// (re-matches #"(\d+)-(\d+)" "10-20")
    /// ;=> ["10-20" "10" "20"]
    /// (re-matches #"\d+" "10a")
    /// ;=> nil
    "re-matches" (cx, re: Pattern, s: Str) => { whole(cx, &re.0, s.as_str()) }

    /// The matches of a regex in a string, each as re-find gives it; nil if there are none.
    /// (re-seq #"\d+" "1 22 333")
    /// ;=> ("1" "22" "333")
    /// (re-seq #"(\w)=(\d)" "a=1 b=2")
    /// ;=> (["a=1" "a" "1"] ["b=2" "b" "2"])
    "re-seq" (cx, re: Pattern, s: Str) => {
        let all = all(cx, &re.0, s.as_str())?;
        Ok(if all.is_empty() { Value::Nil } else { Value::seq(all) })
    }

    /// The parts of a string between the matches of a regex or of a plain string, without empty ones at the end.
    ///
    /// With a limit n at most n parts; with a negative limit also the empty ones at the end.
    /// (clojure.string/split "a, b,c" #",\s*")
    /// ;=> ["a" "b" "c"]
    /// (clojure.string/split "a=b=c" #"=" 2)
    /// ;=> ["a" "b=c"]
    /// (clojure.string/split "a.b" ".")
    /// ;=> ["a" "b"]
    "clojure.string/split" => "[string]"
        (cx, s: Str, re: Value) => {
            if let Value::Text(by) = &re
                && by.len() > s.len().max(8)
                && by.as_str().contains(s.as_str())
                && !s.is_empty()
            {
                cx.warn("(str/split s separator): the string comes first; these two look swapped".into());
            }
            split(cx, &s, &re, 0)
        }
        (cx, s: Str, re: Value, limit: i64) => { split(cx, &s, &re, limit) }

    /// The string with all matches of a string, character or regex replaced.
    ///
    /// In a replacement for a regex $1 stands for a group; it may also be a function of the match.
    /// (clojure.string/replace "a.b.c" "." "-")
    /// ;=> "a-b-c"
    /// (clojure.string/replace "John Smith" #"(\w+) (\w+)" "$2, $1")
    /// ;=> "Smith, John"
    /// (clojure.string/replace "a1b22" #"\d+" #(str "<" % ">"))
    /// ;=> "a<1>b<22>"
    "clojure.string/replace" => "string" (cx, s: Value, pattern: Value, replacement: Value) => {
        let text = stringy(cx, "clojure.string/replace", s)?;
        replace(cx, "clojure.string/replace", text, &pattern, &replacement, false)
    }

    /// The string with the first match of a string, character or regex replaced.
    /// (clojure.string/replace-first "a.b.c" "." "-")
    /// ;=> "a-b.c"
    "clojure.string/replace-first" => "string" (cx, s: Value, pattern: Value, replacement: Value) => {
        let text = stringy(cx, "clojure.string/replace-first", s)?;
        replace(cx, "clojure.string/replace-first", text, &pattern, &replacement, true)
    }
}
