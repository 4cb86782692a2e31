//! The keys of program files: rows for all that is one field, keys alone for what is read by hand.

use std::time::Duration;

use super::environment::VARIABLES;
use super::program::{BuiltinTool, Demo, Link, Program, ToolEntry};
use crate::agent::Ref;
use crate::contract::{Signature, Type};
use crate::settings::{self, Field as _, Key, KeyType, Row, join, rows};
use crate::tool::Access;

use KeyType::{
    Any, Bool, Choice, Command, Commands, NamesOrAll, Number, Responses, Text, TextTable, Texts, Time, Tools,
};

/// A section of program files.
pub struct Section {
    /// Its name: `limits`, `tools.NAME`; empty for the top level.
    pub name: &'static str,
    /// What it is for.
    pub doc: &'static str,
    /// What keys mean that are not listed, where any are allowed.
    pub others: Option<&'static str>,
    /// What a string in its place means, where one is allowed.
    pub short: Option<&'static str>,
}

/// The sections, in the order of the reference.
pub const SECTIONS: [Section; 18] = [
    section("", "Keys before the first section."),
    section("model", "The model that answers. Without this section `--model` or the parent gives it."),
    section("prompt", "What the model is told."),
    Section {
        others: Some("Passed to the provider as it is."),
        ..section("parameters", "What is asked of the provider.")
    },
    Section { others: Some("A value that programs see as `ctx/name`."), ..section("context", "Data for programs.") },
    section("tools", "Tools that programs can call: built-in ones by name, others as `[tools.NAME]`."),
    section("tools.NAME", "A tool. `responses`, `program`, `command` and `lisp` exclude each other."),
    section(
        "tool_catalog.NAME",
        "A tool that is shown for planning and cannot be called. It has the keys of `[tools.NAME]`.",
    ),
    Section {
        short: Some("The path alone."),
        ..section("linked_programs.NAME", "A program that `spawn` and `fork` can start.")
    },
    Section { short: Some("The path alone."), ..section("refs.NAME", "A value that is taken out of the result.") },
    section("result", "What the result must be."),
    section("limits", "What one program of the model may use."),
    section(
        "budget",
        "What the whole tree of processes may use. Nothing is bounded unless it is set, but for what has a default.",
    ),
    section("file_descriptor", "Descriptors: what is too long for the conversation is kept and read in pieces."),
    section("preload", "Files whose text stands in the system prompt."),
    Section {
        others: Some("A line of the block, with this name and value."),
        ..section("env_info", "The environment block of the system prompt.")
    },
    section("mcp", "MCP servers. Their tools are called `server__tool`."),
    section("demo", "What `ptc run --demo` plays."),
];

const fn section(name: &'static str, doc: &'static str) -> Section {
    Section { name, doc, others: None, short: None }
}

/// The fields of a program that are one key each.
pub(super) fn program_rows() -> Vec<Row<Program>> {
    let mut all = rows![Program;
        "model.name": Text => model, "The name that the provider knows.";
        "model.provider": Text => provider,
            "The provider, such as `anthropic`, `openai` or `gemini`. An unknown one is an error when the run starts.";
        "model.display_name": Text => display_name, "What people call the agent.";
        "prompt.system_prompt": Text => system_prompt,
            "Who the agent is; the rules of the language follow.", also ["prompt.system"];
        "prompt.user": Text => user,
            "The task if the command line gives none.", also ["prompt.user_prompt"];
        "context": KeyType::Table => context, "Values that programs see as `ctx/name`.";
        "preload.files": Texts => preload.files, "Their paths.";
        "env_info.env_vars": Texts => environment.env_vars,
            "Variables of the host's environment. Names that look like secrets are left out.";
        "env_info.commands": Commands => environment.commands,
            "Commands whose output is shown, if the host grants commands.";
    ];
    all.push(Row::new(
        Key::new("preload.relative_to", Choice(&["program", "cwd"]), "The folder where relative paths begin."),
        |program: &Program| if program.preload.from_cwd { "cwd".into() } else { "program".into() },
        |program, folder| {
            program.preload.from_cwd = folder == "cwd";
            Ok(())
        },
    ));
    all.push(Row::new(
        Key::new(
            "env_info.variables",
            NamesOrAll,
            "Lines to show: `working_directory`, `platform`, `date`, `ptc_version`, `python_version`. `\"all\"` stands for the first four.",
        ),
        |program: &Program| program.environment.variables.to_json(),
        |program, names| {
            program.environment.variables =
                if names == "all" { VARIABLES.map(str::to_owned).to_vec() } else { Vec::from_json(names)? };
            Ok(())
        },
    ));
    let signature = Key::new("result.signature", Text, "Its type, such as `-> [{:id :int :title :string}]`.");
    all.push(Row::new(
        Key { synonyms: &["signature"], ..signature },
        |program: &Program| program.signature.as_ref().map(|kind| format!("-> {kind}")).to_json(),
        |program, text| {
            let text = text.as_str().unwrap_or_default();
            program.signature = Some(Signature::parse_result(text).map_err(|error| error.to_string())?.returns);
            Ok(())
        },
    ));
    let settings = settings::rows().into_iter();
    all.extend(settings.map(|row| row.within(|program: &Program| &program.settings, |program| &mut program.settings)));
    all
}

/// The fields of a tool that are one key each.
pub(super) fn tool_rows() -> Vec<Row<ToolEntry>> {
    let mut all = rows![ToolEntry;
        "spec": Text => spec,
            "Its contract: `(query :string, limit :int = 10) -> [{:id :int}]`; `skip` for none.";
        "description": Text => description, "What it does, for the model.";
        "access": Choice(&Access::NAMES) => access, "What a process needs to call it; `write` unless set.";
        "cacheable": Bool => cacheable, "Whether equal arguments give equal results, so that a call need not be repeated.";
        "timeout": Time => timeout, "How long a call may take.";
        "param_descriptions": TextTable => parameters, "What its parameters mean, by name.";
    ];
    all.push(Row::new(
        Key::new(
            "effect",
            Choice(&["read", "write"]),
            "Whether it only reads. Tools that read may be called by every process.",
        ),
        |tool: &ToolEntry| if tool.reads { "read".into() } else { "write".into() },
        |tool, effect| {
            tool.reads = effect == "read";
            Ok(())
        },
    ));
    all
}

/// Where the results of a tool come from.
pub(super) const SOURCES: [(&str, KeyType, &str); 5] = [
    (
        "responses",
        Responses,
        "Canned answers: `{ args, result }`, or `error` for `result`; with `delay_ms` an answer takes its time.",
    ),
    ("default", Any, "What is answered where no response fits."),
    ("program", Text, "The program file of a sub-agent."),
    ("command", Command, "A command of the host: arguments as JSON on standard input, the result on standard output."),
    ("lisp", Text, "A file with a program of the language, which sees the arguments as `ctx/name`."),
];

/// The fields of a built-in tool.
pub(super) fn builtin_rows() -> Vec<Row<BuiltinTool>> {
    rows![BuiltinTool;
        "name": Text => name, "Which one.";
        "alias": Text => alias, "What programs call it.";
        "description": Text => description, "What it does, for the model.";
        "access": Choice(&Access::NAMES) => access, "What a process needs to call it.";
        "param_descriptions": TextTable => parameters, "What its parameters mean, by name.";
    ]
}

/// The fields of a link.
pub(super) fn link_rows() -> Vec<Row<Link>> {
    rows![Link;
        "path": Text => path, "Its file, from the folder of this file.";
        "description": Text => description, "When to use it, for the model.";
    ]
}

/// The fields of a ref besides its source.
pub(super) fn ref_rows() -> Vec<Row<Ref>> {
    let mut all = rows![Ref;
        "required": Bool => required, "Whether a result without it is sent back.";
    ];
    all.push(Row::new(
        Key::new("type", Text, "What it must be, such as `[:int]`."),
        |one: &Ref| one.kind.as_ref().map(ToString::to_string).to_json(),
        |one, text| {
            one.kind = Some(Type::parse(text.as_str().unwrap_or_default()).map_err(|error| error.to_string())?);
            Ok(())
        },
    ));
    all
}

/// The fields of a demo.
pub(super) fn demo_rows() -> Vec<Row<Demo>> {
    let mut all = rows![Demo;
        "demo.prompts": Texts => prompts, "The tasks, one after the other on one conversation.";
        "demo.display_name": Text => display_name, "What people call it.";
    ];
    all.push(Row::new(
        Key::new("demo.pause_between_prompts", Number, "Seconds between the tasks."),
        |demo: &Demo| demo.pause.as_secs_f64().into(),
        |demo, seconds| {
            demo.pause = Duration::try_from_secs_f64(f64::from_json(seconds)?).unwrap_or_default();
            Ok(())
        },
    ));
    all
}

/// All keys of program files by their full names, where `NAME` stands for any name.
pub fn keys() -> Vec<Key> {
    let mut all: Vec<Key> = program_rows().into_iter().map(|row| row.key).collect();
    all.extend([
        Key::new("prompt.system_prompt_file", Text, "A file with the system prompt, in its place."),
        Key { synonyms: &["tools.builtin"], ..Key::new("tools.enabled", Tools, "Built-in tools: names, or tables with the keys below.") },
        Key::new("tools.mcp", KeyType::Table, "What is taken of each MCP server: `\"all\"`, a list of names, or a table of settings by tool. Without it, everything."),
        Key::new("file_descriptor.enabled", Bool, "Whether there are descriptors. A descriptor tool in `tools.enabled` turns them on."),
        Key::new("mcp.config_path", Text, "A file with `mcpServers`, as other clients have it."),
        Key::new("mcp.servers", KeyType::Table, "Servers by name: `command`, `args`, `env` and `cwd`, or `url` and `headers`; `timeout` in seconds; `disabled`."),
        Key::new("refs.NAME.path", Text, "Where it is: `[0].id`, `[*].id`, `customer.name`."),
        Key::new("refs.NAME.lisp", Text, "An expression over `result`, in the place of a path."),
    ]);
    all.extend(settings::paging_rows().into_iter().map(|row| row.key));
    all.extend(demo_rows().into_iter().map(|row| row.key));
    for section in ["tools.NAME", "tool_catalog.NAME"] {
        all.extend(SOURCES.map(|(name, kind, doc)| Key::new(format!("{section}.{name}"), kind, doc)));
        all.extend(tool_rows().into_iter().map(|row| Key { name: join(section, &row.key.name).into(), ..row.key }));
    }
    all.extend(
        link_rows().into_iter().map(|row| Key { name: join("linked_programs.NAME", &row.key.name).into(), ..row.key }),
    );
    all.extend(ref_rows().into_iter().map(|row| Key { name: join("refs.NAME", &row.key.name).into(), ..row.key }));
    all
}
