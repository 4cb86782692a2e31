//! Exceptions: making, throwing and asking them.

use super::builtins;
use crate::lisp::text::{Error, ErrorKind, abridge};
use crate::lisp::value::{Context, Fault, Result, Text, Value, What, brief, display, type_error};
use std::sync::Arc;

/// The exception that a class's constructor makes: of nothing, a message, a cause, or a message and a cause.
fn made(cx: &mut dyn Context, class: &'static str, arguments: impl IntoIterator<Item = Value>) -> Result<Value> {
    let mut arguments = arguments.into_iter();
    let (message, cause) = match (arguments.next(), arguments.next()) {
        (None, _) | (Some(Value::Nil), None) => (None, Value::Nil),
        (Some(cause @ Value::Fault(_)), None) => {
            cx.spend(cause.weight())?;
            (Some(Text::from(display(&cause))), cause)
        }
        (Some(Value::Text(text)), cause) => (Some(text), cause.unwrap_or_default()),
        (Some(Value::Nil), Some(cause)) => (None, cause),
        (Some(other), _) => {
            let what = What::needs_as(format!("{class}."), "a string", Some("message"), &other);
            return Err(Fault::value(what).hint("(str x) makes a string").into());
        }
    };
    exception(message, class, None, cause)
}

fn exception(message: Option<Text>, class: &'static str, data: Option<Value>, cause: Value) -> Result<Value> {
    let what = message.as_ref().map_or(What::Nothing, |text| What::from(&*abridge(text.as_str(), Error::MAX_MESSAGE)));
    let fault = Fault::value(what).class(class);
    if !matches!(cause, Value::Fault(_) | Value::Nil) {
        return Err(type_error("an exception", "another exception or nil as its cause", &cause));
    }
    fault.carrying(data, cause).map(Value::fault)
}

/// `ex-info`: the message is a string, the data a map.
fn informed(message: Option<Text>, data: Value, cause: Value) -> Result<Value> {
    let Value::Map(_) = data else {
        let fault = if data.is_nil() {
            Fault::value("Additional data must be non-nil.").hint("(ex-info message {}) has no data")
        } else {
            let what = What::needs_as("ex-info", "a map", Some("data"), &data);
            Fault::new(ErrorKind::Type, "ClassCastException", what).hint("write (ex-info \"message\" {:key value})")
        };
        return Err(fault.into());
    };
    exception(message, "ExceptionInfo", Some(data), cause)
}

fn message(fault: &Fault) -> Value {
    match fault.what {
        What::Nothing => Value::Nil,
        What::Text(_) | What::Needs { .. } | What::Unpaired { .. } | What::Arity { .. } => Value::text(fault.message()),
    }
}

builtins! { Errors;
    /// An exception with a message, data and perhaps the exception that it is thrown for.
    /// (try (throw (ex-info "too small" {:n 1})) (catch Exception e (ex-data e)))
    /// ;=> {:n 1}
    "ex-info"
        (_cx, message: Option<Text>, data: Value) => { informed(message, data, Value::Nil) }
        (_cx, message: Option<Text>, data: Value, cause: Value) => { informed(message, data, cause) }

    /// The message of an exception; nil for anything else.
    /// (try (/ 1 0) (catch Exception e (ex-message e)))
    /// ;=> "Divide by zero"
    "ex-message" => "string?" (_cx, ex: Value) => {
        Ok(match &ex {
            Value::Fault(fault) => message(fault),
            _ => Value::Nil,
        })
    }

    /// The data of an exception that ex-info made; nil for anything else.
    /// (ex-data (ex-info "too small" {:n 1}))
    /// ;=> {:n 1}
    "ex-data" (_cx, ex: Value) => {
        Ok(match &ex {
            Value::Fault(fault) => fault.data.clone().unwrap_or_default(),
            _ => Value::Nil,
        })
    }

    /// The exception that this one was thrown for, or nil.
    /// (ex-message (ex-cause (ex-info "outer" {} (ex-info "inner" {}))))
    /// ;=> "inner"
    "ex-cause" (_cx, ex: Value) => {
        Ok(match &ex {
            Value::Fault(fault) => fault.cause.clone(),
            _ => Value::Nil,
        })
    }

    /// An exception as data: the chain of causes under :via, message and data of the innermost one.
    /// (:cause (Throwable->map (ex-info "outer" {} (ex-info "inner" {}))))
    /// ;=> "inner"
    "Throwable->map" (cx, ex: Value) => {
        let Value::Fault(outermost) = &ex else { return Err(type_error("Throwable->map", "an exception", &ex)) };
        let mut via = Vec::new();
        let mut fault = outermost.clone();
        loop {
            cx.spend(1)?;
            let mut link = vec![(Value::keyword("type"), Value::symbol(fault.full_class()))];
            link.push((Value::keyword("message"), message(&fault)));
            link.extend(fault.data.clone().map(|data| (Value::keyword("data"), data)));
            via.push(Value::map(link));
            match &fault.cause {
                Value::Fault(cause) => fault = Arc::clone(cause),
                _ => break,
            }
        }
        let mut map = vec![(Value::keyword("via"), Value::vector(via)), (Value::keyword("trace"), Value::vector(vec![]))];
        map.push((Value::keyword("cause"), message(&fault)));
        map.extend(fault.data.clone().map(|data| (Value::keyword("data"), data)));
        Value::map(map).within_nesting()
    }

    /// Raises an exception; what `throw` is made of.
    "%throw" => "never" by Ends (_cx, ex: Value) => {
        match ex {
            Value::Fault(fault) => Err((*fault).clone().into()),
            other => {
                let class = if other.is_nil() { "NullPointerException" } else { "ClassCastException" };
                let what = What::needs("throw", "an exception", &other);
                let hint = "write (throw (ex-info \"message\" {:key value}))";
                Err(Fault::new(ErrorKind::Type, class, what).hint(hint).into())
            }
        }
    }

    /// Raises the error of an assertion; what `assert` is made of.
    "%assertion" => "never" by Ends
        (_cx, form: Text) => {
            Err(Fault::value(format!("Assert failed: {}", form.as_str())).class("AssertionError").into())
        }
        (cx, form: Text, message: Value) => {
            cx.spend(message.weight())?;
            crate::lisp::value::force(&message, cx)?;
            let message = format!("Assert failed: {}\n{}", brief(&message, Error::MAX_MESSAGE), form.as_str());
            Err(Fault::value(message).class("AssertionError").into())
        }

    /// Raises the error of a `condp` without a match.
    "%no-match" => "never" by Ends (_cx, x: Value) => {
        let fault = Fault::value(format!("No matching clause: {}", crate::lisp::value::shorten(&x, 200)));
        Err(fault.hint("a last expression alone is the default").into())
    }

    /// An exception that only Throwable catches.
    /// (ex-message (Throwable. "out of order"))
    /// ;=> "out of order"
    "Throwable."
        (cx) => { made(cx, "Throwable", []) }
        (cx, message: Value) => { made(cx, "Throwable", [message]) }
        (cx, message: Value, cause: Value) => { made(cx, "Throwable", [message, cause]) }

    /// An exception with a message; ex-info makes one that carries data as well.
    /// (try (throw (Exception. "out of order")) (catch Exception e (ex-message e)))
    /// ;=> "out of order"
    "Exception."
        (cx) => { made(cx, "Exception", []) }
        (cx, message: Value) => { made(cx, "Exception", [message]) }
        (cx, message: Value, cause: Value) => { made(cx, "Exception", [message, cause]) }

    /// An exception that RuntimeException and Exception catch.
    /// (try (throw (RuntimeException. "no")) (catch RuntimeException e (ex-message e)))
    /// ;=> "no"
    "RuntimeException."
        (cx) => { made(cx, "RuntimeException", []) }
        (cx, message: Value) => { made(cx, "RuntimeException", [message]) }
        (cx, message: Value, cause: Value) => { made(cx, "RuntimeException", [message, cause]) }

    /// An exception for an argument that cannot be used.
    /// (try (throw (IllegalArgumentException. "no")) (catch IllegalArgumentException e (ex-message e)))
    /// ;=> "no"
    "IllegalArgumentException."
        (cx) => { made(cx, "IllegalArgumentException", []) }
        (cx, message: Value) => { made(cx, "IllegalArgumentException", [message]) }
        (cx, message: Value, cause: Value) => { made(cx, "IllegalArgumentException", [message, cause]) }

    /// An exception for something asked at the wrong time.
    /// (try (throw (IllegalStateException. "no")) (catch IllegalStateException e (ex-message e)))
    /// ;=> "no"
    "IllegalStateException."
        (cx) => { made(cx, "IllegalStateException", []) }
        (cx, message: Value) => { made(cx, "IllegalStateException", [message]) }
        (cx, message: Value, cause: Value) => { made(cx, "IllegalStateException", [message, cause]) }

    /// An exception for something that cannot be done.
    /// (try (throw (UnsupportedOperationException. "no")) (catch UnsupportedOperationException e (ex-message e)))
    /// ;=> "no"
    "UnsupportedOperationException."
        (cx) => { made(cx, "UnsupportedOperationException", []) }
        (cx, message: Value) => { made(cx, "UnsupportedOperationException", [message]) }
        (cx, message: Value, cause: Value) => { made(cx, "UnsupportedOperationException", [message, cause]) }

    /// An exception for arithmetic without a result.
    /// (try (throw (ArithmeticException. "no")) (catch ArithmeticException e (ex-message e)))
    /// ;=> "no"
    "ArithmeticException."
        (cx) => { made(cx, "ArithmeticException", []) }
        (cx, message: Value) => { made(cx, "ArithmeticException", [message]) }
        (cx, message: Value, cause: Value) => { made(cx, "ArithmeticException", [message, cause]) }

    /// An exception for text that is no number.
    /// (try (throw (NumberFormatException. "no")) (catch NumberFormatException e (ex-message e)))
    /// ;=> "no"
    "NumberFormatException."
        (cx) => { made(cx, "NumberFormatException", []) }
        (cx, message: Value) => { made(cx, "NumberFormatException", [message]) }
        (cx, message: Value, cause: Value) => { made(cx, "NumberFormatException", [message, cause]) }

    /// An exception for an index where nothing is.
    /// (try (throw (IndexOutOfBoundsException. "no")) (catch IndexOutOfBoundsException e (ex-message e)))
    /// ;=> "no"
    "IndexOutOfBoundsException."
        (cx) => { made(cx, "IndexOutOfBoundsException", []) }
        (cx, message: Value) => { made(cx, "IndexOutOfBoundsException", [message]) }
        (cx, message: Value, cause: Value) => { made(cx, "IndexOutOfBoundsException", [message, cause]) }

    /// An exception for nil where a value is needed.
    /// (try (throw (NullPointerException. "no")) (catch NullPointerException e (ex-message e)))
    /// ;=> "no"
    "NullPointerException."
        (cx) => { made(cx, "NullPointerException", []) }
        (cx, message: Value) => { made(cx, "NullPointerException", [message]) }
        (cx, message: Value, cause: Value) => { made(cx, "NullPointerException", [message, cause]) }

    /// An exception for a value of the wrong type.
    /// (try (throw (ClassCastException. "no")) (catch ClassCastException e (ex-message e)))
    /// ;=> "no"
    "ClassCastException."
        (cx) => { made(cx, "ClassCastException", []) }
        (cx, message: Value) => { made(cx, "ClassCastException", [message]) }
        (cx, message: Value, cause: Value) => { made(cx, "ClassCastException", [message, cause]) }

    /// An exception for trouble with the outside.
    /// (try (throw (IOException. "no")) (catch IOException e (ex-message e)))
    /// ;=> "no"
    "IOException."
        (cx) => { made(cx, "IOException", []) }
        (cx, message: Value) => { made(cx, "IOException", [message]) }
        (cx, message: Value, cause: Value) => { made(cx, "IOException", [message, cause]) }

    /// An exception for what took too long.
    /// (try (throw (TimeoutException. "no")) (catch TimeoutException e (ex-message e)))
    /// ;=> "no"
    "TimeoutException."
        (cx) => { made(cx, "TimeoutException", []) }
        (cx, message: Value) => { made(cx, "TimeoutException", [message]) }
        (cx, message: Value, cause: Value) => { made(cx, "TimeoutException", [message, cause]) }

    /// An error that Exception does not catch.
    /// (try (throw (Error. "no")) (catch Error e (ex-message e)))
    /// ;=> "no"
    "Error."
        (cx) => { made(cx, "Error", []) }
        (cx, message: Value) => { made(cx, "Error", [message]) }
        (cx, message: Value, cause: Value) => { made(cx, "Error", [message, cause]) }

    /// The error of an assertion that does not hold; Exception does not catch it.
    /// (try (throw (AssertionError. "no")) (catch AssertionError e (ex-message e)))
    /// ;=> "no"
    "AssertionError."
        (cx) => { made(cx, "AssertionError", []) }
        (cx, message: Value) => { made(cx, "AssertionError", [message]) }
        (cx, message: Value, cause: Value) => { made(cx, "AssertionError", [message, cause]) }
}
