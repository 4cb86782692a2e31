//! What agents need: tools, memory, branches at once, the end of a run, and help.

use super::builtins;
use crate::lisp::doc;
use crate::lisp::text::nearest;
use crate::lisp::value::native;
use crate::lisp::value::{
    Args, Callable, Context, Fault, Function, Iter, Raise, Result, Text, Value, args, collect, force, type_error,
};
use std::sync::Arc;

/// The name of a tool, of a value in memory.
fn name<'a>(function: &'static str, value: &'a Value) -> Result<&'a str> {
    value.as_name().ok_or_else(|| type_error(function, "a name (a string or keyword) first", value))
}

/// Calls a tool with a map, or with one positional argument.
fn call(cx: &mut dyn Context, tool: &Value, arguments: Value) -> Result<Value> {
    let tool: Arc<str> = name("call", tool)?.into();
    match arguments {
        Value::Nil => cx.tool(&tool, Value::empty_map(), false),
        Value::Map(_) => cx.tool(&tool, arguments, false),
        positional => cx.tool(&tool, positional, true),
    }
}

/// One list of arguments for each step through all collections at once.
fn rows(cx: &mut dyn Context, collections: Args) -> Result<Vec<Args>> {
    let mut iters = Vec::with_capacity(collections.len());
    for collection in collections {
        iters.push(Iter::new(collection)?);
    }
    let mut rows = Vec::new();
    loop {
        let mut row = Args::new();
        for iter in &mut iters {
            cx.spend(1)?;
            match iter.next(cx)? {
                Some(item) => row.push(item),
                None => return Ok(rows),
            }
        }
        if rows.len() == rows.capacity() {
            cx.reserve(rows.len().saturating_mul(size_of::<[Args; 2]>()))?;
        }
        rows.push(row);
    }
}

/// What is known of a name: a definition of the program's, a builtin, a form.
fn documentation(cx: &mut dyn Context, name: &str) -> String {
    if let Some(Value::Function(function)) = cx.recall(name)
        && let Function::Closure(closure) = &*function
        && let Some(member) = closure.member()
    {
        let doc = member.doc.as_deref().map(|doc| format!("\n{doc}")).unwrap_or_default();
        return format!("{name} {}{doc}", member.signatures());
    }
    if let Some(tool) = name.strip_prefix("tool/")
        && let Ok(told) = cx.describe_tool(tool)
    {
        return told;
    }
    if let Some(entry) = doc::entry(name) {
        return entry;
    }
    let names: Vec<&str> = super::registry().all().iter().map(|builtin| builtin.name).collect();
    match nearest(name, names).map(str::to_owned).or_else(|| doc::search(name).first().map(|near| near.name.into())) {
        Some(near) => format!("There is no {name}; the nearest is {near}. (apropos \"text\") finds functions."),
        None => format!("There is no {name}. (apropos \"text\") finds functions."),
    }
}

builtins! { Agents;
    /// The answer of a tool; (tool/name {:key value}) is the same.
    /// (call "search" {:query "tea"})
    /// ;! 1:1 analysis-error: there is no tool "search": this program was given none
    /// (let [tool (str "sea" "rch")] (call tool {:query "tea"}))
    /// ;! 1:31 tool-error: there is no tool "search": this program was given none
    ///
    /// A name that is written out is checked before the program runs.
    "call" by Tool (cx, tool: Value) => { call(cx, &tool, Value::Nil) }
        (cx, tool: Value, arguments: Value) => { call(cx, &tool, arguments) }
        (cx, tool: Value; named) => {
            let keyed = named.len().is_multiple_of(2) && named.iter().step_by(2).all(|key| matches!(key, Value::Keyword(_)));
            if !keyed {
                let message = format!("the tool {tool} takes one map of named arguments, got {} arguments", named.len());
                return Err(Fault::value(message).hint("write (call name {:key value})").into());
            }
            let keys = named.iter().step_by(2).cloned();
            let map = Value::map(keys.zip(named.iter().skip(1).step_by(2).cloned()));
            call(cx, &tool, map)
        }

    /// As map, but the calls of tools overlap; results in order.
    /// (pmap inc [1 2 3])
    /// ;=> (2 3 4)
    "pmap" => "(a… -> b) [a]… -> [b]"
        (cx, f: Callable, coll: Value) => {
            let items = collect(coll, cx)?;
            cx.spend(items.len() as u64)?;
            cx.reserve(items.len().saturating_mul(size_of::<Args>()))?;
            cx.branches(&f, items.into_iter().map(|item| args([item])).collect()).map(Value::seq)
        }
        (cx, f: Callable, coll: Value; more) => {
            let rows = rows(cx, std::iter::once(coll).chain(more).collect())?;
            cx.branches(&f, rows).map(Value::seq)
        }

    /// The values of functions without parameters; their calls of tools overlap.
    /// (pcalls (fn [] 1) (fn [] 2))
    /// ;=> (1 2)
    "pcalls" (cx; functions) => {
        let call = native("pcalls", Vec::new(), |cx, _, arguments| match arguments.first() {
            Some(function) => cx.call(function, Args::new()),
            None => Ok(Value::Nil),
        });
        cx.branches(&call, functions.into_iter().map(|function| args([function])).collect()).map(Value::seq)
    }

    /// What is in memory under a name, or the default.
    /// (memory/get :nothing 0)
    /// ;=> 0
    "memory/get"
        (cx, key: Value) => { Ok(cx.recall(name("memory/get", &key)?).unwrap_or_default()) }
        (cx, key: Value, default: Value) => { Ok(cx.recall(name("memory/get", &key)?).unwrap_or(default)) }

    /// Keeps a value under a name for later programs, and gives it. It is kept only if the program succeeds.
    /// (memory/put :count 3)
    /// ;=> 3
    "memory/put" (cx, key: Value, value: Value) => {
        cx.remember(name("memory/put", &key)?, value.clone())?;
        Ok(value)
    }

    /// Ends the run of the agent with this result.
    /// (do (return 1) (println "never"))
    /// ;=> 1
    "return" => "never" by Ends (cx, value: Value) => {
        force(&value, cx)?;
        Err(Box::new(Raise::Return(value)))
    }

    /// Ends the run of the agent as failed, for this reason.
    /// (fail "no data")
    /// ;! fail: no data
    "fail" => "never" by Ends (cx, reason: Value) => {
        cx.spend(reason.weight())?;
        force(&reason, cx)?;
        Err(Box::new(Raise::Fail(reason, None)))
    }

    /// What `(doc name)` prints.
    "%doc" (cx, named: Text) => {
        let text = documentation(cx, named.as_str());
        cx.print(&text)?;
        cx.print("\n")?;
        Ok(Value::Nil)
    }

    /// Tools that a text is about, then functions it is in the names of.
    ///
    /// If there are none, functions that the text is about. Tools are found by their names, descriptions and parameters.
    /// (apropos "shift")
    /// ;=> (bit-shift-left bit-shift-right unsigned-bit-shift-right)
    "apropos" (cx, about: Value) => {
        let text = match &about {
            Value::Regex(regex) => regex.pattern.clone(),
            other => name("apropos", other)?.to_lowercase(),
        };
        let matches = |name: &str| match &about {
            Value::Regex(regex) => regex.compiled.is_match(name),
            _ => name.to_lowercase().contains(&text),
        };
        let tools = cx.find_tools(&text)?;
        let all = super::registry().all();
        let mut names: Vec<&str> = all.iter().map(|builtin| builtin.name).filter(|name| matches(name)).collect();
        if names.is_empty() && tools.is_empty() {
            names = doc::search(&text).iter().take(10).map(|builtin| builtin.name).collect();
        }
        names.sort_unstable();
        let tools = tools.iter().map(|name| Value::symbol(format!("tool/{name}")));
        Ok(Value::seq(tools.chain(names.into_iter().map(Value::symbol)).collect()))
    }

    /// A tool's contract, and how it is called.
    /// (describe-tool "search")
    /// ;! 1:1 analysis-error: there is no tool "search": this program was given none
    "describe-tool" (cx, tool: Value) => {
        let name = name("describe-tool", &tool)?;
        cx.describe_tool(name.strip_prefix("tool/").unwrap_or(name)).map(Value::from)
    }
}
