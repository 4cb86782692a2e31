//! Printing: to the output, which the model and the trace see, and to strings.

use super::builtins;
use crate::lisp::ops::print::{charge, room, shown};
use crate::lisp::ops::{format, lookup};
use crate::lisp::value::{self, Args, Context, Result, Text, Value, printed, readable, unsupported};

/// The texts of values with spaces between, as `print` or, readably, as `pr` gives them.
fn line(cx: &mut dyn Context, values: &[Value], text_of: fn(&Value) -> String, end: &str) -> Result<String> {
    let mut out = String::new();
    for (at, value) in values.iter().enumerate() {
        charge(cx, value)?;
        let text = text_of(value);
        room(cx, &mut out, text.len().saturating_add(1))?;
        if at > 0 {
            out.push(' ');
        }
        out.push_str(&text);
    }
    out.push_str(end);
    Ok(out)
}

fn say(cx: &mut dyn Context, values: &[Value], text_of: fn(&Value) -> String, end: &str) -> Result<Value> {
    cx.spend(1)?;
    let text = line(cx, values, text_of, end)?;
    cx.print(&text)?;
    Ok(Value::Nil)
}

/// A table of the rows' values under some keys, as `clojure.pprint/print-table` prints it.
fn table(cx: &mut dyn Context, keys: &[Value], rows: &[Value]) -> Result<Value> {
    let mut lines = vec![Vec::with_capacity(keys.len())];
    for key in keys {
        lines.iter_mut().try_for_each(|line| shown(cx, key).map(|text| line.push(text)))?;
    }
    for row in rows {
        let mut line = Vec::with_capacity(keys.len());
        for key in keys {
            let cell = lookup::find(cx, row, key)?.unwrap_or_default();
            line.push(shown(cx, &cell)?);
        }
        lines.push(line);
    }
    let count = |text: &Text| text.count();
    let widths: Vec<usize> =
        (0..keys.len()).map(|at| lines.iter().filter_map(|line| line.get(at)).map(count).max().unwrap_or(0)).collect();
    let mut out = String::from("\n");
    for (at, line) in lines.iter().enumerate() {
        let all = widths.iter().fold(2, |sum: usize, width| sum.saturating_add(*width).saturating_add(3));
        room(cx, &mut out, all.saturating_mul(8))?;
        out.push('|');
        for (text, width) in line.iter().zip(&widths) {
            out.push_str(&" ".repeat(width.saturating_sub(text.count()).saturating_add(1)));
            out.push_str(text.as_str());
            out.push_str(" |");
        }
        out.push('\n');
        if at == 0 {
            let rules: Vec<String> = widths.iter().map(|width| "-".repeat(width.saturating_add(2))).collect();
            out.push_str(&format!("|{}|\n", rules.join("+")));
        }
    }
    cx.print(&out)?;
    Ok(Value::Nil)
}

fn with_spaces(cx: &mut dyn Context, values: &Args, text_of: fn(&Value) -> String, end: &str) -> Result<Value> {
    line(cx, values, text_of, end).map(Value::from)
}

builtins! { Printing;
    /// Prints the values with spaces between.
    /// (print "a" :b)
    /// ;| a :b
    /// ;=> nil
    "print" => "nil" (cx; more) => { say(cx, &more, printed, "") }

    /// Prints the values with spaces between, and ends the line.
    /// (println "sum:" (+ 1 2) ["a"])
    /// ;| sum: 3 [a]
    /// ;=> nil
    "println" => "nil" (cx; more) => { say(cx, &more, printed, "\n") }

    /// Prints the values so that they can be read back: strings with quotes.
    /// (pr "a" [1])
    /// ;| "a" [1]
    /// ;=> nil
    "pr" => "nil" (cx; more) => { say(cx, &more, readable, "") }

    /// As pr, and ends the line.
    /// (prn "a" nil)
    /// ;| "a" nil
    /// ;=> nil
    "prn" => "nil" (cx; more) => { say(cx, &more, readable, "\n") }

    /// The string that pr would print.
    /// (pr-str "a" [1 "b"])
    /// ;=> "\"a\" [1 \"b\"]"
    "pr-str" => "string" (cx; more) => { with_spaces(cx, &more, readable, "") }

    /// The string that prn would print.
    /// (prn-str :a)
    /// ;=> ":a\n"
    "prn-str" => "string" (cx; more) => { with_spaces(cx, &more, readable, "\n") }

    /// The string that print would print.
    /// (print-str "a" ["b"])
    /// ;=> "a [b]"
    "print-str" => "string" (cx; more) => { with_spaces(cx, &more, printed, "") }

    /// The string that println would print.
    /// (println-str "a")
    /// ;=> "a\n"
    "println-str" => "string" (cx; more) => { with_spaces(cx, &more, printed, "\n") }

    /// Ends the line.
    /// (newline)
    /// ;|
    /// ;=> nil
    "newline" => "nil" (cx) => { say(cx, &[], printed, "\n") }

    /// Does nothing: what is printed needs no flushing.
    /// (flush)
    /// ;=> nil
    "flush" => "nil" (_cx) => { Ok(Value::Nil) }

    /// Prints what format gives.
    /// (printf "%.1f%%" 12.34)
    /// ;| 12.3%
    /// ;=> nil
    "printf" => "nil" (cx, format: Text; more) => {
        let text = format::format(cx, format.as_str(), &more)?;
        cx.print(&text)?;
        Ok(Value::Nil)
    }

    /// Prints the value readably, on a line of its own.
    /// (pprint {:a [1 2]})
    /// ;| {:a [1 2]}
    /// ;=> nil
    "pprint" => "nil" (cx, value: Value) => { say(cx, &[value], readable, "\n") }

    "clojure.pprint/pprint" = "pprint"

    /// Prints maps as a table, with a column for each key of the first one or for the keys given.
    /// (clojure.pprint/print-table [:id] [{:id 7 :name "x"}])
    /// ;|
    /// ;| | :id |
    /// ;| |-----|
    /// ;| |   7 |
    /// ;=> nil
    "clojure.pprint/print-table" => "nil"
        (cx, rows: Value) => {
            let rows = value::collect(rows, cx)?;
            let keys: Vec<Value> = match rows.first() {
                Some(Value::Map(first)) => first.keys().cloned().collect(),
                _ => return Ok(Value::Nil),
            };
            table(cx, &keys, &rows)
        }
        (cx, keys: Value, rows: Value) => {
            let (keys, rows) = (value::collect(keys, cx)?, value::collect(rows, cx)?);
            if rows.is_empty() { Ok(Value::Nil) } else { table(cx, &keys, &rows) }
        }

    /// There is no cl-format: format has widths, precision and flags.
    /// (clojure.pprint/cl-format nil "~5d" 42)
    /// ;! 1:1 unsupported-error: clojure.pprint/cl-format is not available
    /// ;? use (format "%5d %-8s" n text) or str/join
    "clojure.pprint/cl-format" (_cx; _more) => {
        Err(unsupported("clojure.pprint/cl-format is not available", "use (format \"%5d %-8s\" n text) or str/join"))
    }

    /// What a function without parameters prints, as a string; what `with-out-str` is made of.
    "%with-out-str" (cx, thunk: Value) => {
        cx.begin_capture();
        let result = cx.call(&thunk, Args::new());
        let text = cx.end_capture();
        result.map(|_| Value::from(text))
    }
}
