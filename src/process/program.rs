//! A program: an agent as pure data, read from a file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, Value as Json};

use super::entries::{read_link, read_ref, read_tool, read_tools};
use super::environment::{Environment, VARIABLES};
use super::load::prices as prices_of;
use super::remote::Remote;
use super::section::{Section, got, words};
use crate::agent::{Budget, MOST_FORKS, Paging, Refs};
use crate::contract::{Signature, Type};
use crate::lisp::limits::Limits;
use crate::lisp::text::nearest;
use crate::model::ModelOptions;
use crate::tool::{Access, Response, Validation};

/// An agent as its file describes it.
#[derive(Clone)]
pub struct Program {
    /// The file it was read from.
    pub file: PathBuf,
    /// The model's name.
    pub model: Option<String>,
    /// The provider's name.
    pub provider: Option<String>,
    /// What people call it.
    pub display_name: Option<String>,
    /// Replies of the model.
    pub max_turns: u32,
    /// Who the agent is.
    pub system_prompt: Option<String>,
    /// The task when none is given.
    pub user: Option<String>,
    /// What is asked of the provider.
    pub parameters: ModelOptions,
    /// Tools of its own.
    pub tools: Vec<ToolEntry>,
    /// Tools of MCP servers.
    pub remote: Remote,
    /// Tools that are shown for planning.
    pub catalog: Vec<ToolEntry>,
    /// Built-in tools.
    pub builtins: Vec<BuiltinTool>,
    /// Programs it can spawn.
    pub links: Vec<Link>,
    /// What `ctx/…` shows.
    pub context: Map<String, Json>,
    /// What is taken from the result.
    pub refs: Refs,
    /// What the result must be.
    pub signature: Option<Type>,
    /// The limits of one program.
    pub limits: Limits,
    /// What the tree may use.
    pub budget: Budget,
    /// How strictly contracts are held.
    pub validation: Validation,
    /// Extra turns to repair refs.
    pub max_ref_retries: u32,
    /// The most forks of one call.
    pub max_forks: usize,
    /// Whether programs find tools instead of being shown them.
    pub discovery: bool,
    /// How many reads may be under way at once.
    pub overlap_reads: usize,
    /// What the process may do.
    pub access: Access,
    /// When results are kept as descriptors, if they are.
    pub paging: Option<Paging>,
    /// What `ptc run --demo` plays, if there is something.
    pub demo: Option<Demo>,
    /// Files that stand in the system prompt.
    pub preload: Preload,
    /// What the system prompt says of where it runs.
    pub environment: Environment,
    /// Unknown keys, and what else is odd but no error.
    pub warnings: Vec<String>,
}

/// Tasks that show what a program can do, one after the other on one conversation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demo {
    /// The tasks.
    pub prompts: Vec<String>,
    /// The time between them, for those who read along.
    pub pause: Duration,
    /// What people call it.
    pub display_name: Option<String>,
}

/// Files that stand in the system prompt.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Preload {
    /// Their paths, as written.
    pub files: Vec<String>,
    /// Whether they begin at the current folder instead of the program's.
    pub from_cwd: bool,
}

/// A tool of a program file.
#[derive(Clone, Debug)]
pub struct ToolEntry {
    /// Its name.
    pub name: String,
    /// Its contract in words.
    pub spec: Option<String>,
    /// What it does.
    pub description: Option<String>,
    /// What it asks of the process.
    pub access: Option<Access>,
    /// Whether it only reads.
    pub reads: bool,
    /// Whether equal arguments give equal results.
    pub cacheable: bool,
    /// How long it may take.
    pub timeout: Option<Duration>,
    /// What it says of its parameters.
    pub parameters: Vec<(String, String)>,
    /// Where its results come from.
    pub source: ToolSource,
}

/// Where a tool's results come from.
#[derive(Clone, Debug)]
pub enum ToolSource {
    /// A table.
    Table {
        /// Its rows.
        responses: Vec<Response>,
        /// What it answers otherwise.
        default: Option<Json>,
    },
    /// Another program, as a sub-agent: its file.
    Program(PathBuf),
    /// A command of the host, with its arguments: arguments as JSON in, JSON or text out.
    Command(Vec<String>),
    /// A program of the language: its file and its text.
    Lisp(PathBuf, String),
}

/// A built-in tool that a program uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BuiltinTool {
    /// Which one.
    pub name: String,
    /// What the program calls it.
    pub alias: Option<String>,
    /// What it says of it instead.
    pub description: Option<String>,
    /// What it asks of the process instead.
    pub access: Option<Access>,
    /// What it says of its parameters instead.
    pub parameters: Vec<(String, String)>,
}

/// A link to a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// What this program calls it.
    pub name: String,
    /// When to use it.
    pub description: String,
    /// Its file, as written.
    pub path: String,
}

/// What providers are known to take, besides what every model is told.
const PARAMETERS: [&str; 24] = [
    "max_tokens",
    "temperature",
    "timeout",
    "stream",
    "extra_headers",
    "frequency_penalty",
    "generationConfig",
    "logit_bias",
    "logprobs",
    "max_completion_tokens",
    "metadata",
    "presence_penalty",
    "reasoning",
    "reasoning_effort",
    "response_format",
    "safetySettings",
    "seed",
    "service_tier",
    "stop",
    "stop_sequences",
    "thinking",
    "top_k",
    "top_p",
    "user",
];

/// Those that work on descriptors.
const DESCRIPTOR_TOOLS: [&str; 3] = ["read_fd", "fd_search", "fd_to_file"];

impl Program {
    /// The folder that its paths begin at.
    pub fn folder(&self) -> PathBuf {
        self.file.parent().map(Path::to_owned).unwrap_or_default()
    }

    /// Reads the fields of a program file.
    pub(super) fn from_fields(file: &Path, fields: &Map<String, Json>) -> Result<Self, String> {
        let top = Section::new("", fields);
        let mut warnings = Vec::new();
        let folder = file.parent().unwrap_or(Path::new("."));
        let mut program = Self {
            file: file.to_owned(),
            model: None,
            provider: None,
            display_name: None,
            max_turns: 5,
            system_prompt: None,
            user: None,
            parameters: ModelOptions::default(),
            tools: Vec::new(),
            remote: Remote::default(),
            catalog: Vec::new(),
            builtins: Vec::new(),
            links: Vec::new(),
            context: top.table("context")?.cloned().unwrap_or_default(),
            refs: Refs::new(),
            signature: None,
            limits: Limits::default(),
            budget: Budget::default(),
            validation: Validation::Enabled,
            max_ref_retries: 1,
            max_forks: MOST_FORKS,
            discovery: top.boolean("discovery")?.unwrap_or(false),
            overlap_reads: top.count("overlap_reads")?.map_or(1, |most| usize::try_from(most).unwrap_or(usize::MAX)),
            access: Access::Admin,
            paging: None,
            demo: None,
            preload: Preload::default(),
            environment: Environment::default(),
            warnings: Vec::new(),
        };
        let mut says_turns = false;
        if let Some(model) = top.section("model")? {
            program.model = model.text("name")?;
            program.provider = model.text("provider")?;
            program.display_name = model.text("display_name")?;
            let turns = match (model.count("max_iterations")?, model.count("max_turns")?) {
                (Some(_), Some(_)) => {
                    return Err("model.max_iterations and model.max_turns mean the same; give one".into());
                }
                (one, other) => one.or(other),
            };
            says_turns = turns.is_some();
            if let Some(turns) = turns {
                program.max_turns = u32::try_from(turns).unwrap_or(u32::MAX);
            }
            model.unknown(&mut warnings);
        } else {
            warnings.push("model: the section is missing; --model or a parent must give the model".into());
        }
        if let Some(turns) = top.count("max_turns")? {
            let turns = u32::try_from(turns).unwrap_or(u32::MAX);
            if says_turns && turns != program.max_turns {
                return Err(differ("max_turns", "model.max_iterations"));
            }
            program.max_turns = turns;
        }
        if let Some(prompt) = top.section("prompt")? {
            let text = prompt.text_of(["system_prompt", "system"])?;
            let from_file = prompt.text("system_prompt_file")?;
            program.system_prompt = match (text, from_file) {
                (Some(_), Some(_)) => {
                    return Err("prompt.system_prompt and prompt.system_prompt_file are both given; give one".into());
                }
                (Some(text), None) => Some(text),
                (None, Some(name)) => {
                    let path = folder.join(&name);
                    let text = std::fs::read_to_string(&path)
                        .map_err(|error| format!("prompt.system_prompt_file: {name} cannot be read: {error}"))?;
                    Some(text)
                }
                (None, None) => None,
            };
            program.user = prompt.text_of(["user", "user_prompt"])?;
            prompt.unknown(&mut warnings);
        }
        if let Some(parameters) = top.section("parameters")? {
            program.parameters = read_model_options(&parameters)?;
            let odd = program.parameters.extra.keys().filter(|key| !PARAMETERS.contains(&key.as_str()));
            warnings.extend(odd.map(|key| {
                let near = nearest(key, PARAMETERS).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                format!("parameters.{key}: not known here, passed to the provider as it is{near}")
            }));
        }
        read_tools(&top, &mut program, &mut warnings, folder)?;
        for (name, entry) in top.table("tool_catalog")?.into_iter().flatten() {
            program.catalog.push(read_tool(&format!("tool_catalog.{name}"), name, entry, folder, &mut warnings)?);
        }
        for (name, entry) in top.table("linked_programs")?.into_iter().flatten() {
            program.links.push(read_link(name, entry, &mut warnings)?);
        }
        let starts = program.builtins.iter().any(|tool| matches!(tool.name.as_str(), "spawn" | "fork"));
        if !program.links.is_empty() && !starts {
            warnings.push("linked_programs: nothing starts them; enable spawn or fork in tools".into());
        }
        for (name, entry) in top.table("refs")?.into_iter().flatten() {
            program.refs = read_ref(program.refs, name, entry, &mut warnings)?;
        }
        let signature = match (top.section("result")?, top.text("signature")?) {
            (Some(result), other) => {
                let text = result.text("signature")?;
                result.unknown(&mut warnings);
                match (text, other) {
                    (Some(text), Some(other)) if text != other => return Err(differ("signature", "result.signature")),
                    (text, other) => text.or(other),
                }
            }
            (None, text) => text,
        };
        if let Some(text) = signature {
            let read = Signature::parse_result(&text).map_err(|error| format!("result.signature: {error}"))?;
            program.signature = Some(read.returns);
        }
        read_limits(&top, &mut program, &mut warnings)?;
        read_paging(&top, &mut program, &mut warnings)?;
        read_preload(&top, &mut program, &mut warnings)?;
        if let Some(section) = top.table("env_info")? {
            program.environment = read_environment(section, &mut warnings)?;
        }
        if let Some(section) = top.section("demo")? {
            program.demo = Some(Demo {
                prompts: section.texts("prompts")?.unwrap_or_default(),
                pause: Duration::try_from_secs_f64(section.number("pause_between_prompts")?.unwrap_or(0.0))
                    .unwrap_or_default(),
                display_name: section.text("display_name")?,
            });
            section.unknown(&mut warnings);
        }
        program.remote = Remote::read(&top, &program.folder(), &mut warnings)?;
        top.unknown(&mut warnings);
        program.warnings = warnings;
        Ok(program)
    }
}

/// What is said of two names for one thing that say different things.
fn differ(one: &str, other: &str) -> String {
    format!("{one} and {other} mean the same, and differ; give one")
}

/// What is asked of the model; what is not known here is passed on.
fn read_model_options(section: &Section<'_>) -> Result<ModelOptions, String> {
    let mut options = ModelOptions {
        max_tokens: section.count("max_tokens")?,
        temperature: section.number("temperature")?,
        timeout: section.time("timeout")?,
        stream: section.boolean("stream")?.unwrap_or(false),
        extra_headers: section.table("extra_headers")?.cloned().unwrap_or_default(),
        extra: Map::new(),
    };
    options.extra = section.others();
    Ok(options)
}

fn read_limits(top: &Section<'_>, program: &mut Program, warnings: &mut Vec<String>) -> Result<(), String> {
    if let Some(time) = top.time("timeout")? {
        program.limits.max_time = time;
    }
    if let Some(retries) = top.count("max_ref_retries")? {
        program.max_ref_retries = u32::try_from(retries).unwrap_or(u32::MAX);
    }
    if let Some(name) = top.text("tool_validation")? {
        program.validation = Validation::parse(&name)
            .ok_or_else(|| format!("tool_validation: expected enabled, warn_only, disabled or strict, got {name:?}"))?;
    }
    if let Some(name) = top.text("access")? {
        program.access =
            Access::parse(&name).ok_or_else(|| format!("access: expected read, write or admin, got {name:?}"))?;
    }
    if let Some(limits) = top.section("limits")? {
        let set = |place: &mut u64, value: Option<u64>| *place = value.unwrap_or(*place);
        let size =
            |value: Option<u64>, old: usize| value.map_or(old, |value| usize::try_from(value).unwrap_or(usize::MAX));
        let target = &mut program.limits;
        set(&mut target.max_steps, limits.count("max_steps")?);
        set(&mut target.max_memory, limits.bytes("max_memory")?);
        set(&mut target.max_tool_calls, limits.count("max_tool_calls")?);
        if let Some(time) = limits.time("max_time")? {
            if top.get("timeout").is_some() && time != target.max_time {
                return Err(differ("timeout", "limits.max_time"));
            }
            target.max_time = time;
        }
        target.max_output = size(limits.bytes("max_output")?, target.max_output);
        target.max_result = size(limits.bytes("max_result")?, target.max_result);
        target.max_source = size(limits.bytes("max_source")?, target.max_source);
        target.max_branches = size(limits.count("max_branches")?, target.max_branches);
        if let Some(depth) = limits.count("max_depth")? {
            target.max_depth = u32::try_from(depth).unwrap_or(u32::MAX);
        }
        program.max_forks = size(limits.count("max_forks")?, program.max_forks);
        limits.unknown(warnings);
    }
    if let Some(section) = top.section("budget")? {
        let budget = &mut program.budget;
        budget.turns = section.count("turns")?;
        budget.tokens = section.count("tokens")?;
        budget.time = section.time("time")?;
        budget.depth = section.count("depth")?.unwrap_or(budget.depth);
        budget.processes = section.count("processes")?;
        budget.tool_calls = section.count("tool_calls")?;
        budget.cost = section.number("cost")?;
        if let Some(prices) = section.table("prices")? {
            budget.prices = prices_of(Json::Object(prices.clone())).map_err(|why| format!("budget.prices: {why}"))?;
        }
        budget.descriptor_bytes = section.bytes("descriptor_bytes")?.unwrap_or(budget.descriptor_bytes);
        section.unknown(warnings);
    }
    Ok(())
}

fn read_paging(top: &Section<'_>, program: &mut Program, warnings: &mut Vec<String>) -> Result<(), String> {
    let has_tool = program.builtins.iter().any(|tool| DESCRIPTOR_TOOLS.contains(&tool.name.as_str()));
    let mut enabled = has_tool;
    let mut paging = Paging::default();
    if let Some(section) = top.section("file_descriptor")? {
        let size = |key: &'static str, old: usize| match section.count(key)? {
            Some(0) => Err(format!("{}: expected 1 or more, got 0", section.name(key))),
            given => Ok(given.map_or(old, |count| usize::try_from(count).unwrap_or(usize::MAX))),
        };
        paging.max_direct = size("max_direct_output_chars", paging.max_direct)?;
        paging.page_size = size("default_page_size", paging.page_size)?;
        paging.max_input = size("max_input_chars", paging.max_input)?;
        paging.page_input = section.boolean("page_user_input")?.unwrap_or(paging.page_input);
        paging.references = section.boolean("enable_references")?.unwrap_or(paging.references);
        match section.boolean("enabled")? {
            Some(true) if !has_tool => {
                return Err(format!(
                    "file_descriptor.enabled: nothing could read the descriptors; enable one of {} in tools",
                    DESCRIPTOR_TOOLS.join(", ")
                ));
            }
            Some(false) if has_tool => {
                warnings.push(
                    "file_descriptor.enabled: false, but a descriptor tool is enabled, which turns them on".into(),
                );
            }
            Some(on) => enabled = on,
            None => {}
        }
        enabled |= has_tool;
        section.unknown(warnings);
    }
    program.paging = enabled.then_some(paging);
    Ok(())
}

fn read_preload(top: &Section<'_>, program: &mut Program, warnings: &mut Vec<String>) -> Result<(), String> {
    let Some(section) = top.section("preload")? else { return Ok(()) };
    program.preload.files = section.texts("files")?.unwrap_or_default();
    program.preload.from_cwd = match section.text("relative_to")?.as_deref() {
        None | Some("program") => false,
        Some("cwd") => true,
        Some(other) => return Err(format!("preload.relative_to: expected program or cwd, got {other:?}")),
    };
    section.unknown(warnings);
    Ok(())
}

fn read_environment(fields: &Map<String, Json>, warnings: &mut Vec<String>) -> Result<Environment, String> {
    const KEYS: [&str; 3] = ["variables", "env_vars", "commands"];
    let section = Section::new("env_info", fields);
    let mut environment = Environment {
        variables: match section.get("variables") {
            Some(Json::String(all)) if all == "all" => VARIABLES.map(str::to_owned).to_vec(),
            Some(other @ Json::String(_)) => {
                return Err(format!("env_info.variables: expected a list or \"all\", got {}", got(other)));
            }
            _ => section.texts("variables")?.unwrap_or_default(),
        },
        env_vars: section.texts("env_vars")?.unwrap_or_default(),
        ..Environment::default()
    };
    for command in section.list("commands")?.into_iter().flatten() {
        let read = match command {
            text @ Json::String(_) => words("env_info.commands", text)?,
            other => serde_json::from_value(other.clone())
                .map_err(|_| "env_info.commands: expected commands as texts, or as lists of words".to_owned())?,
        };
        environment.commands.push(read);
    }
    for (key, value) in fields.iter().filter(|(key, _)| !KEYS.contains(&key.as_str())) {
        if let Some(near) = nearest(key, KEYS) {
            warnings.push(format!("env_info.{key}: taken as a line of its own; did you mean {near}?"));
        }
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        environment.custom.push((key.clone(), text));
    }
    Ok(environment)
}
