//! State: atoms, volatiles, delays, and what functions remember.

use super::builtins;
use crate::lisp::ops::atoms::validate;
use crate::lisp::ops::{atoms, change, lookup};
use crate::lisp::text::ErrorKind;
use crate::lisp::value::{
    Args, Atom, AtomExtras, AtomKind, Callable, Context, Fault, Hint, Meta, Raise, Result, Value, What, pair,
    type_error,
};
use std::sync::Arc;

/// The atom, volatile or delay that an argument must be.
fn place(name: &'static str, kind: AtomKind, value: &Value) -> Result<Arc<Atom>> {
    match value {
        Value::Atom(atom) if atom.kind == kind => Ok(atom.clone()),
        other => {
            let what = What::needs(name, kind.type_name(), other);
            let fault = Fault::new(ErrorKind::Type, "ClassCastException", what);
            Err(match (kind, other) {
                (AtomKind::Atom, Value::Atom(atom)) if atom.kind == AtomKind::Volatile => {
                    fault.hint("volatiles are changed with vswap! and vreset!")
                }
                (AtomKind::Volatile, Value::Atom(atom)) if atom.kind == AtomKind::Atom => {
                    fault.hint("atoms are changed with swap! and reset!")
                }
                (AtomKind::Atom, _) => fault.hint(Hint::Why("(def state (atom value)) makes one", "@state reads it")),
                _ => fault,
            }
            .into())
        }
    }
}

/// The value of a delay: made once, also where that raises an exception.
fn force_delay(cx: &mut dyn Context, delay: &Arc<Atom>) -> Result<Value> {
    match delay.get() {
        Value::Reduced(value) => Ok((*value).clone()),
        Value::Fault(fault) => Err((*fault).clone().into()),
        thunk => match cx.call(&thunk, Args::new()) {
            Ok(value) => {
                cx.write(delay, Value::Reduced(Arc::new(value.clone())));
                Ok(value)
            }
            Err(raise) => {
                if let Raise::Fault(fault) = &*raise {
                    cx.write(delay, Value::fault(fault.clone()));
                }
                Err(raise)
            }
        },
    }
}

fn deref(cx: &mut dyn Context, value: &Value) -> Result<Value> {
    match value {
        Value::Reduced(inner) => Ok((**inner).clone()),
        Value::Atom(atom) => match atom.kind {
            AtomKind::Atom | AtomKind::Volatile => Ok(atom.get()),
            AtomKind::Delay => force_delay(cx, atom),
            AtomKind::Transient => Err(type_error("deref", "an atom, volatile or delay", value)),
        },
        other => {
            let what = What::needs("deref (@)", "an atom, volatile or delay", other);
            Err(Fault::new(ErrorKind::Type, "ClassCastException", what).into())
        }
    }
}

builtins! { State;
    /// A place that holds a value and can be given another one; options are :validator and :meta.
    /// (let [n (atom 1)] (swap! n inc) @n)
    /// ;=> 2
    "atom"
        (cx, x: Value) => { Ok(cx.make_atom(AtomKind::Atom, x)) }
        (cx, x: Value; options) => {
            let mut options = options.into_iter();
            let mut extras = AtomExtras::default();
            while let Some(option) = options.next() {
                match (option.as_name(), options.next()) {
                    (Some("validator"), Some(function)) => extras.validator = function,
                    (Some("meta"), Some(Value::Map(map))) => extras.meta = Meta::new(Some(map)),
                    (Some("meta"), Some(Value::Nil)) => {}
                    _ => {
                        let what = What::unfit("atom has the options :validator and :meta", &option);
                        return Err(Fault::value(what).into());
                    }
                }
            }
            validate(cx, Some(&extras.validator).filter(|validator| !validator.is_nil()), &x)?;
            let made = cx.make_atom(AtomKind::Atom, x);
            if let Value::Atom(atom) = &made {
                atom.set_extras(extras);
            }
            Ok(made)
        }

    /// The function that says what an atom may hold, or nil.
    /// (get-validator (atom 1 :validator pos?))
    /// ;=> #<fn pos?>
    "get-validator" (_cx, atom: Value) => {
        Ok(place("get-validator", AtomKind::Atom, &atom)?.validator().unwrap_or_default())
    }

    /// Gives an atom a function that says what it may hold; nil for none.
    /// (let [n (atom 1)] (set-validator! n pos?) (try (reset! n -1) (catch Exception e (ex-message e))))
    /// ;=> "Invalid reference state"
    "set-validator!" (cx, atom: Value, validator: Value) => {
        let atom = place("set-validator!", AtomKind::Atom, &atom)?;
        validate(cx, Some(&validator).filter(|validator| !validator.is_nil()), &atom.get())?;
        let extras = AtomExtras { validator, ..atom.extras() };
        cx.amend(&atom, extras);
        Ok(Value::Nil)
    }

    /// Has a function called after every change of an atom, with the key, the atom, the old and the new value.
    /// (let [n (atom 1)] (add-watch n :log (fn [_ _ old new] (println old "->" new))) (swap! n inc))
    /// ;| 1 -> 2
    /// ;=> 2
    "add-watch" (cx, atom: Value, key: Value, f: Value) => {
        let changed = place("add-watch", AtomKind::Atom, &atom)?;
        let mut extras = changed.extras();
        let watches = if extras.watches.is_nil() { Value::empty_map() } else { extras.watches };
        extras.watches = change::conj(cx, watches, pair(key, f))?;
        cx.amend(&changed, extras);
        Ok(atom)
    }

    /// Ends what add-watch began with this key.
    /// (let [n (atom 1)] (add-watch n :log println) (remove-watch n :log) (swap! n inc))
    /// ;=> 2
    "remove-watch" (cx, atom: Value, key: Value) => {
        let changed = place("remove-watch", AtomKind::Atom, &atom)?;
        let mut extras = changed.extras();
        if let Value::Map(mut watches) = extras.watches {
            lookup::charge(cx, &key)?;
            Arc::make_mut(&mut watches).remove(&key);
            extras.watches = Value::Map(watches);
            cx.amend(&changed, extras);
        }
        Ok(atom)
    }

    /// What an atom or volatile holds, the value of a delay; what `@` stands for.
    /// @(atom 1)
    /// ;=> 1
    "deref" (cx, reference: Value) => { deref(cx, &reference) }

    /// Changes what an atom holds to what a function makes of it and the arguments, and gives that.
    /// (let [seen (atom #{})] (swap! seen conj :a) (swap! seen conj :b))
    /// ;=> #{:a :b}
    "swap!" ? "the function gets the value that is there, then the arguments after it"
        (cx, atom: Value, f: Callable) => {
            let atom = place("swap!", AtomKind::Atom, &atom)?;
            atoms::swap(cx, &atom, &f, Args::new())
        }
        (cx, atom: Value, f: Callable; more) => {
            let atom = place("swap!", AtomKind::Atom, &atom)?;
            atoms::swap(cx, &atom, &f, more)
        }

    /// As swap!, but gives a vector of what the atom held before and what it holds now.
    /// (swap-vals! (atom 1) inc)
    /// ;=> [1 2]
    "swap-vals!" (cx, atom: Value, f: Callable; more) => {
        let atom = place("swap-vals!", AtomKind::Atom, &atom)?;
        let (old, new) = atoms::exchange(cx, &atom, &f, &more)?;
        Value::vector(vec![old, new]).within_nesting()
    }

    /// Gives an atom another value.
    /// (let [n (atom 1)] (reset! n 5) @n)
    /// ;=> 5
    "reset!" (cx, atom: Value, x: Value) => {
        let atom = place("reset!", AtomKind::Atom, &atom)?;
        validate(cx, atom.validator().as_ref(), &x)?;
        atoms::put(cx, &atom, x.clone())?;
        Ok(x)
    }

    /// As reset!, but gives a vector of what the atom held before and what it holds now.
    /// (reset-vals! (atom 1) 5)
    /// ;=> [1 5]
    "reset-vals!" (cx, atom: Value, x: Value) => {
        let atom = place("reset-vals!", AtomKind::Atom, &atom)?;
        validate(cx, atom.validator().as_ref(), &x)?;
        let old = atoms::put(cx, &atom, x.clone())?;
        Value::vector(vec![old, x]).within_nesting()
    }

    /// Gives an atom another value if it holds the very value that was expected; whether it did.
    /// (let [n (atom 1)] [(compare-and-set! n 1 2) (compare-and-set! n 1 3) @n])
    /// ;=> [true false 2]
    "compare-and-set!" (cx, atom: Value, expected: Value, x: Value) => {
        let atom = place("compare-and-set!", AtomKind::Atom, &atom)?;
        validate(cx, atom.validator().as_ref(), &x)?;
        let holds = atoms::is_same(&atom.get(), &expected);
        if holds {
            atoms::put(cx, &atom, x)?;
        }
        Ok(Value::from(holds))
    }

    /// A place for the state of a transducer or loop; changed with vswap! and vreset!.
    /// (let [n (volatile! 1)] (vswap! n + 2) @n)
    /// ;=> 3
    "volatile!" (cx, x: Value) => { Ok(cx.make_atom(AtomKind::Volatile, x)) }

    /// Whether the value is a volatile.
    /// (volatile? (volatile! 1))
    /// ;=> true
    "volatile?" => "bool" (_cx, x: Value) => {
        Ok(Value::from(matches!(&x, Value::Atom(atom) if atom.kind == AtomKind::Volatile)))
    }

    /// Gives a volatile another value.
    /// (vreset! (volatile! 1) 2)
    /// ;=> 2
    "vreset!" (cx, volatile: Value, x: Value) => {
        let volatile = place("vreset!", AtomKind::Volatile, &volatile)?;
        cx.write(&volatile, x.clone());
        Ok(x)
    }

    /// Changes what a volatile holds to what a function makes of it and the arguments.
    /// (vswap! (volatile! 1) + 2)
    /// ;=> 3
    "vswap!" (cx, volatile: Value, f: Callable; more) => {
        let volatile = place("vswap!", AtomKind::Volatile, &volatile)?;
        atoms::swap(cx, &volatile, &f, more)
    }

    /// A delay of a function without parameters; what `delay` is made of.
    "%delay" (cx, thunk: Value) => { Ok(cx.make_atom(AtomKind::Delay, thunk)) }

    /// The value of a delay, which is made once; other values as they are.
    /// (force (delay (+ 1 2)))
    /// ;=> 3
    "force" (cx, x: Value) => {
        match &x {
            Value::Atom(atom) if atom.kind == AtomKind::Delay => force_delay(cx, atom),
            _ => Ok(x),
        }
    }

    /// Whether the value is a delay.
    /// (delay? (delay 1))
    /// ;=> true
    "delay?" => "bool" (_cx, x: Value) => {
        Ok(Value::from(matches!(&x, Value::Atom(atom) if atom.kind == AtomKind::Delay)))
    }

    /// Whether the value of a delay, or the first item of a lazy sequence, has been asked for.
    /// (let [d (delay 1)] [(realized? d) @d (realized? d)])
    /// ;=> [false 1 true]
    "realized?" => "bool" (_cx, x: Value) => {
        match &x {
            Value::Atom(atom) if atom.kind == AtomKind::Delay => {
                Ok(Value::from(matches!(atom.get(), Value::Reduced(_) | Value::Fault(_))))
            }
            Value::Lazy(lazy) => Ok(Value::from(lazy.ready().is_some())),
            // What sequence functions make at once is there from the start, but Clojure waits until somebody looks.
            Value::Seq(seq) if !seq.is_list() => Ok(Value::from(seq.is_seen())),
            other => Err(type_error("realized?", "a delay or lazy sequence", other)),
        }
    }

    /// A function that remembers what it gave for which arguments.
    /// (let [calls (atom 0) f (memoize (fn [x] (swap! calls inc) (* x x)))] [(f 3) (f 3) @calls])
    /// ;=> [9 9 1]
    "memoize" (cx, f: Value) => {
        let cache = cx.make_atom(AtomKind::Atom, Value::empty_map());
        Ok(crate::lisp::value::native("memoize", vec![f, cache], atoms::remembered))
    }
}
