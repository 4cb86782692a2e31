//! Selecting and summing up records: predicates over fields, and what comes of one field of many records.

use super::builtins;
use crate::lisp::ops::lookup::{charge, find};
use crate::lisp::ops::stage::{Flow, Out, Stage, apply_stage};
use crate::lisp::value::native;
use crate::lisp::value::{
    Args, Callable, Context, Fault, Function, Iter, Number, Result, Set, Value, arithmetic, arity_error, collect,
    compare, compare_by, equal, force, pair, shorten, type_error,
};
use std::cmp::Ordering;

/// Sequences longer than this are looked up as sets in `(where field in …)`.
const FEW: usize = 8;

/// What names a field: a key, a path of keys, or a function of the record.
fn field(name: &'static str, value: Value) -> Result<Value> {
    match value {
        Value::Keyword(_)
        | Value::Text(_)
        | Value::Symbol(_)
        | Value::Int(_)
        | Value::Vector(_)
        | Value::Function(_) => Ok(value),
        other => Err(type_error(name, "a field (:key, \"key\" or a path [:a :b]) first", &other)),
    }
}

/// What a record has in a field; nil where it has none.
fn value_in(cx: &mut dyn Context, field: &Value, record: &Value) -> Result<Value> {
    match field {
        Value::Vector(path) => {
            let mut value = record.clone();
            for key in path.iter() {
                value = find(cx, &value, key)?.unwrap_or_default();
            }
            Ok(value)
        }
        Value::Function(_) => cx.call1(field, record.clone()),
        key => Ok(find(cx, record, key)?.unwrap_or_default()),
    }
}

/// The text of a string or keyword: the two are equal here.
fn spelling(value: &Value) -> Option<&str> {
    match value {
        Value::Text(text) => Some(text.as_str()),
        Value::Keyword(keyword) => Some(keyword.as_str()),
        _ => None,
    }
}

fn same(cx: &mut dyn Context, a: &Value, b: &Value) -> Result<bool> {
    cx.spend(a.weight().min(b.weight()))?;
    if let (Some(a), Some(b)) = (spelling(a), spelling(b)) {
        return Ok(a == b);
    }
    force(a, cx)?;
    force(b, cx)?;
    Ok(equal(a, b))
}

/// How two values of a kind compare; nothing where they are of different kinds or one is missing.
fn order(cx: &mut dyn Context, a: &Value, b: &Value) -> Result<Option<Ordering>> {
    if let (Some(a), Some(b)) = (Number::of(a), Number::of(b)) {
        return Ok(a.compare(b));
    }
    cx.spend(a.weight().min(b.weight()))?;
    Ok(match (a, b) {
        (Value::Nil, _) | (_, Value::Nil) => None,
        (Value::Keyword(_), Value::Text(_)) | (Value::Text(_), Value::Keyword(_)) => {
            spelling(a).zip(spelling(b)).map(|(a, b)| a.cmp(b))
        }
        (Value::Vector(_), Value::Vector(_)) => {
            force(a, cx)?;
            force(b, cx)?;
            compare(a, b).ok()
        }
        (a, b) => compare(a, b).ok(),
    })
}

/// Whether a collection holds the value, a map the key, a string the part.
fn includes(cx: &mut dyn Context, coll: &Value, value: &Value) -> Result<bool> {
    match coll {
        Value::Map(map) => {
            charge(cx, value)?;
            Ok(map.get(value).is_some())
        }
        Value::Set(set) => {
            charge(cx, value)?;
            let other = match value {
                Value::Text(text) => Value::keyword(text.as_str()),
                Value::Keyword(keyword) => Value::text(keyword.as_str()),
                _ => return Ok(set.contains(value)),
            };
            Ok(set.contains(value) || set.contains(&other))
        }
        Value::Text(text) => {
            cx.spend(text.len() as u64 / 16)?;
            Ok(spelling(value).is_some_and(|part| text.as_str().contains(part)))
        }
        Value::Vector(_) | Value::Seq(_) | Value::Lazy(_) => {
            let mut items = Iter::new(coll.clone())?;
            while let Some(item) = items.next(cx)? {
                if same(cx, &item, value)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        _ => Ok(false),
    }
}

type Test = fn(&mut dyn Context, &[Value], Args) -> Result<Value>;

/// Asks the one argument of a predicate that holds a field and an operand.
fn ask(
    cx: &mut dyn Context,
    held: &[Value],
    arguments: Args,
    test: impl Fn(&mut dyn Context, &Value, &Value) -> Result<bool>,
) -> Result<Value> {
    let ([field, operand, ..], [record]) = (held, arguments.as_slice()) else {
        return Err(arity_error("a predicate made by where", arguments.len(), "1: a record"));
    };
    let value = value_in(cx, field, record)?;
    test(cx, &value, operand).map(Value::from)
}

fn ordered(cx: &mut dyn Context, held: &[Value], arguments: Args, wanted: fn(Ordering) -> bool) -> Result<Value> {
    ask(cx, held, arguments, |cx, a, b| Ok(order(cx, a, b)?.is_some_and(wanted)))
}

/// The test that an operator stands for. It may be the function `=`, a name such as `:=` or "in".
fn operator(name: &str) -> Option<Test> {
    Some(match name {
        "=" | "==" => |cx, held, arguments| ask(cx, held, arguments, same),
        "not=" | "!=" => |cx, held, arguments| ask(cx, held, arguments, |cx, a, b| Ok(!same(cx, a, b)?)),
        ">" => |cx, held, arguments| ordered(cx, held, arguments, Ordering::is_gt),
        "<" => |cx, held, arguments| ordered(cx, held, arguments, Ordering::is_lt),
        ">=" => |cx, held, arguments| ordered(cx, held, arguments, Ordering::is_ge),
        "<=" => |cx, held, arguments| ordered(cx, held, arguments, Ordering::is_le),
        "in" => |cx, held, arguments| ask(cx, held, arguments, |cx, value, coll| includes(cx, coll, value)),
        "includes" => |cx, held, arguments| ask(cx, held, arguments, includes),
        _ => return None,
    })
}

/// `(where field op operand)`.
fn predicate(cx: &mut dyn Context, key: Value, op: Value, operand: Value) -> Result<Value> {
    let key = field("where", key)?;
    let name = match &op {
        Value::Function(function) => match &**function {
            Function::Builtin(builtin) => Some(builtin.name),
            Function::Closure(_) | Function::Native { .. } | Function::Step { .. } => None,
        },
        other => other.as_name(),
    };
    match (name.and_then(operator), &op) {
        (Some(test), _) => {
            let long = operand.known_count().is_some_and(|count| count > FEW);
            let operand = match operand {
                Value::Vector(_) | Value::Seq(_) if name == Some("in") && long => {
                    let items = collect(operand, cx)?;
                    let mut set = Set::default();
                    for item in items {
                        charge(cx, &item)?;
                        set.insert(item);
                    }
                    Value::from(set).within_nesting()?
                }
                other => other,
            };
            Ok(native("where", vec![key, operand], test))
        }
        // Any other function is asked with the value of the field and the operand.
        (None, Value::Function(_)) => Ok(native("where", vec![key, operand, op], |cx, held, arguments| {
            let function = held.get(2).cloned().unwrap_or_default();
            ask(cx, held, arguments, |cx, value, operand| {
                Ok(!value.is_nil() && cx.call2(&function, value.clone(), operand.clone())?.is_truthy())
            })
        })),
        (None, other) => Err(Fault::value(format!("where does not know the operator {}", shorten(other, 80)))
            .hint("the operators are = not= > < >= <= in includes: (where :price > 10)")
            .into()),
    }
}

/// A function that asks several predicates, until one answers `stop`.
fn asks(name: &'static str, predicates: Args, code: Test) -> Value {
    native(name, predicates.into_vec(), code)
}

fn any(cx: &mut dyn Context, predicates: &[Value], arguments: &Args, stop: bool) -> Result<bool> {
    for predicate in predicates {
        cx.spend(1)?;
        if cx.call(predicate, arguments.clone())?.is_truthy() == stop {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Passes on a field of every record.
struct Pluck(Value);

impl Stage for Pluck {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        let value = value_in(cx, &self.0, &item)?;
        out(cx, value)
    }
}

/// Passes on the first record with each value of a field.
struct DistinctBy {
    field: Value,
    seen: Set,
}

impl Stage for DistinctBy {
    fn feed(&mut self, cx: &mut dyn Context, item: Value, out: Out<'_>) -> Result<Flow> {
        let value = value_in(cx, &self.field, &item)?;
        charge(cx, &value)?;
        if self.seen.insert(value) { out(cx, item) } else { Ok(Flow::On) }
    }
}

/// The sum of what is in a field (or of the items themselves) and how many numbers there are; nil is left out.
fn total(cx: &mut dyn Context, name: &'static str, field: Option<&Value>, coll: Value) -> Result<(Value, i64)> {
    let mut items = Iter::new(coll)?;
    let (mut sum, mut count) = (Value::Int(0), 0_i64);
    while let Some(item) = items.next(cx)? {
        cx.spend(sum.weight())?;
        let value = match field {
            Some(field) => value_in(cx, field, &item)?,
            None => item,
        };
        if value.is_nil() {
            continue;
        }
        sum = arithmetic::add(&sum, &value).map_err(|raise| raise.said_of(name))?;
        count = count.saturating_add(1);
    }
    Ok((sum, count))
}

fn average(name: &'static str, (sum, count): (Value, i64)) -> Result<Value> {
    if count == 0 {
        return Ok(Value::Nil);
    }
    arithmetic::divide(&sum, &Value::Int(count)).map_err(|raise| raise.said_of(name))
}

/// The first record whose field is before or after all others; records without the field do not count.
fn extreme(cx: &mut dyn Context, field: &Value, coll: Value, wanted: Ordering) -> Result<Value> {
    let mut items = Iter::new(coll)?;
    let mut best: Option<(Value, Value)> = None;
    while let Some(item) = items.next(cx)? {
        cx.spend(1)?;
        let value = value_in(cx, field, &item)?;
        if value.is_nil() {
            continue;
        }
        force(&value, cx)?;
        let better = match &best {
            Some((most, _)) => compare_by(cx, None, &value, most)? == wanted,
            None => true,
        };
        if better {
            best = Some((value, item));
        }
    }
    Ok(best.map(|(_, item)| item).unwrap_or_default())
}

builtins! { Agents;
    /// A predicate over a field; the operators are = not= > < >= <= in includes.
    /// (filter (where :price > 10) [{:price 5} {:price 20} {:price nil}])
    /// ;=> ({:price 20})
    /// (map (where [:user :role] in ["admin" "owner"]) [{:user {:role :admin}} {}])
    /// ;=> (true false)
    /// (remove (where :done) [{:id 1 :done true} {:id 2}])
    /// ;=> ({:id 2})
    ///
    /// Without an operator it asks whether there is something in the field. A field may be a path, and the operator any
    /// function of two arguments. A keyword and a string of the same name are equal. Ordering against nil, a missing field
    /// or another type is false.
    "where" by Where ? "write (where :key), (where :key = value) or (where [:a :b] > 3)"
        (_cx, key: Value) => {
            let key = field("where", key)?;
            Ok(native("where", vec![key, Value::Nil], |cx, held, arguments| {
                ask(cx, held, arguments, |_, value, _| Ok(value.is_truthy()))
            }))
        }
        (cx, key: Value, op: Value, value: Value) => { predicate(cx, key, op, value) }

    /// Whether the collection holds the value.
    /// (in :a ["a" "b"])
    /// ;=> true
    "in" => "bool" (cx, value: Value, coll: Value) => { includes(cx, &coll, &value).map(Value::from) }

    /// Whether the collection holds the value, or the string the part.
    /// (filter (where :tags includes "new") [{:id 1 :tags ["new"]} {:id 2 :tags []}])
    /// ;=> ({:id 1, :tags ["new"]})
    "includes" (cx, coll: Value, value: Value) => { includes(cx, &coll, &value).map(Value::from) }

    /// A predicate that holds where all of these do.
    /// (filter (all-of (where :a > 1) (where :b)) [{:a 2 :b true} {:a 2}])
    /// ;=> ({:a 2, :b true})
    "all-of" by Complement (_cx; predicates) => {
        Ok(asks("all-of", predicates, |cx, held, arguments| any(cx, held, &arguments, false).map(|no| Value::from(!no))))
    }

    /// A predicate that holds where any of these does.
    /// (filter (any-of (where :a > 1) (where :b)) [{:a 2} {:b true} {:a 0}])
    /// ;=> ({:a 2} {:b true})
    "any-of" by Complement (_cx; predicates) => {
        Ok(asks("any-of", predicates, |cx, held, arguments| any(cx, held, &arguments, true).map(Value::from)))
    }

    /// A predicate that holds where none of these does.
    /// (filter (none-of (where :a > 1) (where :b)) [{:a 2} {:b true} {:a 0}])
    /// ;=> ({:a 0})
    "none-of" by Complement (_cx; predicates) => {
        Ok(asks("none-of", predicates, |cx, held, arguments| any(cx, held, &arguments, true).map(|yes| Value::from(!yes))))
    }

    /// What is in a field of every record.
    /// (pluck :name [{:name "Ann"} {:name "Bob"}])
    /// ;=> ("Ann" "Bob")
    /// (pluck [:user :id] [{:user {:id 7}} {}])
    /// ;=> (7 nil)
    "pluck" => "(a -> b) [a] -> [b]"
        (cx, key: Value, coll: Value) => { apply_stage(cx, Pluck(field("pluck", key)?), coll) }

    /// The sum of a field; nil and missing ones are left out.
    /// (sum-by :price [{:price 2} {:price 3.5} {}])
    /// ;=> 5.5
    /// (sum-by :price [{:price "2"}])
    /// ;! 1:1 type-error: sum-by needs numbers, got the string "2"
    /// ;? (parse-long "2") reads it as one
    "sum-by" => "(a -> any) [a] -> number" (cx, key: Value, coll: Value) => {
        let key = field("sum-by", key)?;
        Ok(total(cx, "sum-by", Some(&key), coll)?.0)
    }

    /// The mean of a field; nil and missing ones are left out. The mean of nothing is nil.
    /// (avg-by :price [{:price 2} {:price 3} {}])
    /// ;=> 2.5
    "avg-by" => "(a -> any) [a] -> number" (cx, key: Value, coll: Value) => {
        let key = field("avg-by", key)?;
        let total = total(cx, "avg-by", Some(&key), coll)?;
        average("avg-by", total)
    }

    /// The record with the least value of a field; nil without any.
    /// (min-by :price [{:id 1 :price 5} {:id 2 :price 3} {:id 3}])
    /// ;=> {:id 2, :price 3}
    "min-by" => "(a -> any) [a] -> a?" (cx, key: Value, coll: Value) => {
        let key = field("min-by", key)?;
        extreme(cx, &key, coll, Ordering::Less)
    }

    /// The record with the greatest value of a field; nil without any.
    /// (max-by :price [{:id 1 :price 5} {:id 2 :price 3} {:id 3}])
    /// ;=> {:id 1, :price 5}
    "max-by" => "(a -> any) [a] -> a?" (cx, key: Value, coll: Value) => {
        let key = field("max-by", key)?;
        extreme(cx, &key, coll, Ordering::Greater)
    }

    /// The first record with each value of a field.
    /// (distinct-by :city [{:id 1 :city "Oslo"} {:id 2 :city "Oslo"} {:id 3 :city "Rome"}])
    /// ;=> ({:id 1, :city "Oslo"} {:id 3, :city "Rome"})
    "distinct-by" => "(a -> any) [a] -> [a]" (cx, key: Value, coll: Value) => {
        let field = field("distinct-by", key)?;
        apply_stage(cx, DistinctBy { field, seen: Set::default() }, coll)
    }

    /// The sum of the numbers; nil is left out.
    /// (sum [1 2.5 nil])
    /// ;=> 3.5
    "sum" => "number" (cx, coll: Value) => { Ok(total(cx, "sum", None, coll)?.0) }

    /// The mean of the numbers; nil is left out. The mean of nothing is nil.
    /// (avg [1 2])
    /// ;=> 1.5
    "avg" => "number?" (cx, coll: Value) => {
        let total = total(cx, "avg", None, coll)?;
        average("avg", total)
    }

    /// The first record with this value in a field; nil without any. With two arguments, the first one that a predicate
    /// holds for.
    /// (find-by :id 2 [{:id 1} {:id 2 :name "Bob"}])
    /// ;=> {:id 2, :name "Bob"}
    "find-by" => "(a -> any) any [a] -> a?; (a -> bool) [a] -> a?"
        (cx, pred: Callable, coll: Value) => {
            let mut items = Iter::new(coll)?;
            while let Some(item) = items.next(cx)? {
                cx.spend(1)?;
                if cx.call1(&pred, item.clone())?.is_truthy() {
                    return Ok(item);
                }
            }
            Ok(Value::Nil)
        }
        (cx, key: Value, value: Value, coll: Value) => {
            let key = field("find-by", key)?;
            let mut items = Iter::new(coll)?;
            while let Some(item) = items.next(cx)? {
                let found = value_in(cx, &key, &item)?;
                if same(cx, &found, &value)? {
                    return Ok(item);
                }
            }
            Ok(Value::Nil)
        }

    /// Vectors of the first items, of the second ones, and so on. They end with the shortest collection.
    /// (zip [1 2 3] [:a :b])
    /// ;=> ([1 :a] [2 :b])
    "zip" (cx, coll: Value; more) => {
        let Some(map) = super::registry().find("map") else { return Ok(Value::Nil) };
        let row = native("zip", Vec::new(), |_, _, items| Value::vector(items.into_vec()).within_nesting());
        cx.call(&Function::Builtin(map).into(), [row, coll].into_iter().chain(more).collect())
    }

    /// The entries of a map as vectors.
    /// (entries {:a 1 :b 2})
    /// ;=> ([:a 1] [:b 2])
    "entries" (cx, map: Value) => {
        match map {
            Value::Nil => Ok(Value::seq(Vec::new())),
            Value::Map(map) => {
                cx.spend(map.len() as u64)?;
                cx.reserve(map.len().saturating_mul(size_of::<[Value; 8]>()))?;
                Ok(Value::seq(map.iter().map(|(key, value)| pair(key, value)).collect()))
            }
            other => Err(type_error("entries", "a map", &other)),
        }
    }
}
