//! Where refs come from: recorded by identity, not guessed.
//!
//! An agent with refs keeps what its tool calls gave. A map or collection that a ref was read from, or that it is, and that
//! is one with a part of such a result – the same object, not an equal one – came from that call. What programs made of results
//! (a sum, a list of ids) came from no call as it is, and nothing is said of it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use indexmap::IndexMap;

use super::Refs;
use super::refs::Place;
use crate::lisp::value::{Extent, Iter, Path, Segment, Value};
use crate::trace::{CallOrigin, Provenance};

/// How many results are kept, and how many maps and collections in them.
const CALLS: usize = 1_000;
const PARTS: u64 = 1_000_000;

/// How many paths are told of one call.
const PATHS: usize = 10;

/// What the tool calls of a task gave.
#[derive(Default)]
pub(crate) struct Sources(Mutex<Kept>);

#[derive(Default)]
struct Kept {
    calls: Vec<(CallOrigin, Value)>,
    weight: u64,
}

impl Sources {
    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins another task.
    pub fn clear(&self) {
        *self.lock() = Kept::default();
    }

    /// Keeps what a call gave, if there is room for it.
    pub fn keep(&self, turn: u32, call: usize, tool: &str, value: &Value) {
        let mut kept = self.lock();
        let weight = kept.weight.saturating_add(u64::from(value.extent().weight));
        if kept.calls.len() < CALLS && weight <= PARTS {
            kept.weight = weight;
            kept.calls.push((CallOrigin { turn, call, tool: tool.to_owned(), paths: Vec::new() }, value.clone()));
        }
    }

    /// Where each ref comes from that has a value.
    pub fn of(&self, refs: &Refs, result: &Value, found: &IndexMap<String, Value>) -> IndexMap<String, Provenance> {
        let kept = self.lock();
        let parts = Parts::from_calls(&kept.calls);
        let there = refs.iter().filter(|each| found.get(&each.name).is_some_and(|value| !value.is_nil()));
        let origins = there.map(|each| {
            let value = found.get(&each.name).unwrap_or(&Value::Nil);
            let mut calls: IndexMap<usize, Vec<String>> = IndexMap::new();
            for place in each.source.places(result, value) {
                for (call, path) in parts.origins(&place) {
                    let paths = calls.entry(call).or_default();
                    if paths.len() < PATHS && !paths.contains(&path) {
                        paths.push(path);
                    }
                }
            }
            calls.sort_unstable_keys();
            let calls = calls.into_iter().filter_map(|(at, paths)| {
                let (origin, _) = kept.calls.get(at)?;
                Some(CallOrigin { paths, ..origin.clone() })
            });
            let calls = calls.collect();
            (each.name.clone(), Provenance { source: each.source.text(), calls })
        });
        origins.collect()
    }
}

/// What a map or collection is told apart by from equal ones, so long as it is held. Of empty ones there may be one for all.
fn identity(value: &Value) -> Option<usize> {
    Some(match value {
        empty if empty.extent().weight <= Extent::EMPTY.weight => return None,
        Value::Map(map) => Arc::as_ptr(map).addr(),
        Value::Vector(items) => Arc::as_ptr(items).addr(),
        Value::Set(items) => Arc::as_ptr(items).addr(),
        Value::Seq(items) => Arc::as_ptr(items).addr(),
        _ => return None,
    })
}

/// The maps and collections in results, by identity.
#[derive(Default)]
struct Parts {
    nodes: Vec<Node>,
    /// Where each of them is; one that is in several places has its parts in the first of them only.
    places: HashMap<usize, Vec<usize>>,
}

struct Node {
    identity: usize,
    parent: Parent,
}

/// What a node is a part of.
enum Parent {
    /// It is what this call gave.
    Call(usize),
    /// It is in another one.
    Node(usize, Segment),
}

impl Parts {
    fn from_calls(calls: &[(CallOrigin, Value)]) -> Self {
        let mut parts = Self::default();
        for (call, (_, value)) in calls.iter().enumerate() {
            let mut open = vec![(Parent::Call(call), value.clone())];
            while let Some((parent, value)) = open.pop() {
                let Some(identity) = identity(&value) else { continue };
                let at = parts.nodes.len();
                parts.nodes.push(Node { identity, parent });
                let places = parts.places.entry(identity).or_default();
                places.push(at);
                if places.len() > 1 {
                    continue;
                }
                let part = |segment: Segment, value: Value| (Parent::Node(at, segment), value);
                match &value {
                    Value::Map(map) => {
                        open.extend(map.iter_ref().map(|(key, value)| part(Segment::of_key(key), value.clone())));
                    }
                    Value::Set(items) => open.extend(items.iter().map(|item| part(Segment::Each, item))),
                    other => {
                        open.extend(Iter::ready(other).enumerate().map(|(at, item)| part(Segment::Index(at), item)));
                    }
                }
            }
        }
        parts
    }

    /// The calls that gave what was found at a place, each with the path to it: by the innermost thing around it that is known.
    fn origins(&self, place: &Place) -> Vec<(usize, String)> {
        for (value, path) in place.around.iter().rev() {
            if let Some(nodes) = identity(value).and_then(|identity| self.places.get(&identity)) {
                let mut found = Vec::new();
                for node in nodes {
                    self.climb(*node, path.clone(), &mut found);
                }
                return found;
            }
        }
        Vec::new()
    }

    /// The ways from a node up to the calls that gave it.
    fn climb(&self, node: usize, below: Vec<Segment>, found: &mut Vec<(usize, String)>) {
        let mut open = vec![(node, below)];
        while let Some((at, below)) = open.pop() {
            if found.len() >= CALLS {
                return;
            }
            match self.nodes.get(at).map(|node| &node.parent) {
                None => {}
                Some(Parent::Call(call)) => found.push((*call, Path::from_iter(below).to_string())),
                Some(Parent::Node(parent, segment)) => {
                    let path: Vec<Segment> = std::iter::once(segment.clone()).chain(below).collect();
                    let identity = self.nodes.get(*parent).map(|parent| parent.identity);
                    let alike = identity.and_then(|identity| self.places.get(&identity));
                    open.extend(alike.into_iter().flatten().map(|place| (*place, path.clone())));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Sandbox;
    use crate::lisp::value::parse_json;

    /// What is told of refs of the value of a program over what two calls gave, `a` and `b`.
    fn told(program: &str, refs: Refs) -> Vec<String> {
        let json = r#"{"mails": [{"id": 1, "from": {"name": "Ann"}}, {"id": 2, "from": {"name": "Bob"}}]}"#;
        let (a, b) = (parse_json(json).expect("JSON"), parse_json("[{\"id\": 1}]").expect("JSON"));
        let sources = Sources::default();
        sources.keep(1, 0, "mails", &a);
        sources.keep(1, 1, "others", &b);
        sources.keep(2, 0, "mails", &a);
        let mut sandbox = Sandbox::new();
        sandbox.memory.put("a", a);
        sandbox.memory.put("b", b);
        let result = sandbox.eval(program).expect("a value");
        let found = refs.extract(&result).expect("refs");
        let told = sources.of(&refs, &result, &found).into_iter().map(|(name, Provenance { source, calls })| {
            let calls = calls.iter().map(|call| format!(" {}:{} {}", call.turn, call.call, call.paths.join(",")));
            format!("{name} <{}>{}", source.unwrap_or_default(), calls.collect::<String>())
        });
        told.collect()
    }

    #[test]
    fn provenance_of_a_passed_on_value() {
        let ids = || Refs::new().path("ids", "[*].id");
        assert_eq!(told("(:mails a)", ids()), ["ids <[*].id> 1:0 mails[0].id,mails[1].id 2:0 mails[0].id,mails[1].id"]);
        assert_eq!(told("b", ids()), ["ids <[*].id> 1:1 [0].id"]);
        assert_eq!(
            told("(concat b (rest (:mails a)))", ids()),
            ["ids <[*].id> 1:0 mails[1].id 1:1 [0].id 2:0 mails[1].id"]
        );
        let names = Refs::new().path("name", "who.from.name").lisp("from", "(:from (:who result))");
        assert_eq!(
            told("{:who (last (sort-by :id (:mails a)))}", names),
            [
                "name <who.from.name> 1:0 mails[1].from.name 2:0 mails[1].from.name",
                "from <(:from (:who result))> 1:0 mails[1].from 2:0 mails[1].from",
            ]
        );
    }

    #[test]
    fn provenance_of_picked_items() {
        let picked =
            Refs::new().lisp("late", "(filter (fn [mail] (> (:id mail) 1)) result)").lisp("who", "(map :from result)");
        assert_eq!(
            told("(:mails a)", picked),
            [
                "late <(filter (fn [mail] (> (:id mail) 1)) result)> 1:0 mails[1] 2:0 mails[1]",
                "who <(map :from result)> 1:0 mails[0].from,mails[1].from 2:0 mails[0].from,mails[1].from",
            ]
        );
    }

    #[test]
    fn provenance_of_computed_values_is_empty() {
        let refs = Refs::new().path("ids", "ids").lisp("count", "(count result)").closure("one", |_| Some(1.into()));
        assert_eq!(told("{:ids (map :id (:mails a))}", refs), ["ids <ids>", "count <(count result)>", "one <>"]);
        assert_eq!(told("[{:id 1}]", Refs::new().path("id", "[0].id").path("none", "[7]")), ["id <[0].id>"]);
        // What was changed is another thing, and what is in it is not.
        let changed = "(assoc (first (:mails a)) :seen true)";
        let refs = Refs::new().path("id", "id").path("name", "from.name");
        assert_eq!(told(changed, refs), ["id <id>", "name <from.name> 1:0 mails[0].from.name 2:0 mails[0].from.name"]);
    }

    fn origin() -> CallOrigin {
        CallOrigin { turn: 1, call: 0, tool: "t".into(), paths: Vec::new() }
    }

    #[test]
    fn provenance_paths_are_unique_and_bounded() {
        let twice = "(let [mail (first (:mails a))] [mail mail])";
        assert_eq!(told(twice, Refs::new().path("ids", "[*].id")), ["ids <[*].id> 1:0 mails[0].id 2:0 mails[0].id"]);
        let row = |id: i64| Value::map([(Value::keyword("id"), Value::from(id))]);
        let rows = Value::vector((0..50).map(row).collect());
        let (sources, refs) = (Sources::default(), Refs::new().path("ids", "[*].id"));
        sources.keep(1, 0, "rows", &rows);
        let found = sources.of(&refs, &rows, &refs.extract(&rows).expect("refs"));
        assert_eq!(found["ids"].calls[0].paths.len(), PATHS);
    }

    #[test]
    fn provenance_identity_needs_parts() {
        let (one, key) = (Value::from(1), Value::keyword("a"));
        let held = [
            Value::vector(vec![one.clone()]),
            Value::list(vec![one.clone()]),
            Value::set([one.clone()]),
            Value::map([(key, one.clone())]),
        ];
        assert!(held.iter().all(|value| identity(value).is_some()));
        let empty = [Value::vector(vec![]), Value::list(vec![]), Value::set([]), Value::map([]), one];
        assert!(empty.iter().all(|value| identity(value).is_none()), "of empty ones there may be one for all");
    }

    #[test]
    fn provenance_of_set_items() {
        let row = Value::map([(Value::keyword("id"), Value::from(1))]);
        let (sources, refs) = (Sources::default(), Refs::new().path("id", "id"));
        sources.keep(1, 0, "rows", &Value::set([row.clone()]));
        let found = sources.of(&refs, &row, &refs.extract(&row).expect("refs"));
        assert_eq!(found["id"].calls[0].paths, ["[*].id"]);
    }

    #[test]
    fn provenance_walks_shared_values_once() {
        let innermost = Value::vector(vec![Value::from(1)]);
        let shared = (0..16).fold(innermost.clone(), |inner, _| Value::vector(vec![inner.clone(), inner]));
        let parts = Parts::from_calls(&[(origin(), shared)]);
        assert_eq!(parts.nodes.len(), 1 + 2 * 16);
        let ways = parts.origins(&Place { around: vec![(innermost, Vec::new())] });
        assert_eq!(ways.len(), CALLS, "of the 65,536 ways to it");
    }

    #[test]
    fn provenance_is_bounded() {
        let sources = Sources::default();
        for call in 0..=CALLS {
            sources.keep(1, call, "small", &Value::Nil);
        }
        assert_eq!(sources.lock().calls.len(), CALLS);
        sources.clear();
        assert!(sources.lock().calls.is_empty(), "another task has its own");
        let large = Value::vector(vec![Value::from(1); 600_000]);
        for call in 0..3 {
            sources.keep(1, call, "large", &large);
        }
        assert_eq!(sources.lock().calls.len(), 1);
    }
}
