//! The arguments of every command.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

use crate::limits::LimitOptions;

/// Language models call tools by program.
#[derive(Parser, Debug)]
#[command(name = "ptc", version, about)]
pub struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Makes a project that runs at once, without a key.
    Init(InitOptions),
    /// Evaluates a program.
    Eval(EvalOptions),
    /// Checks a program without running it.
    Check(CheckOptions),
    /// Indents programs.
    Fmt(FmtOptions),
    /// Runs the agent of a program file.
    Run(RunOptions),
    /// Evaluates what is typed, on one memory.
    Repl(ReplOptions),
    /// Works on plans: tasks that need each other, in a JSON file, a Markdown check-list or an issue of GitHub.
    #[command(subcommand)]
    Plan(PlanCommand),
    /// Shows what happened in a run.
    #[command(subcommand)]
    Trace(TraceCommand),
    /// Shows what a function does, or finds functions.
    Doc(DocOptions),
    /// Serves eval, check and agents to clients of the Model Context Protocol, on the standard streams.
    Mcp(McpOptions),
    /// Looks at program files without asking a model.
    Program(ProgramOptions),
}

/// `ptc init`
#[derive(Args, Debug)]
pub(crate) struct InitOptions {
    /// The folder; it is made if it is not there.
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
}

/// `ptc eval`
#[derive(Args, Debug)]
pub(crate) struct EvalOptions {
    /// The program's file, or - for standard input.
    pub file: Option<String>,
    /// The program itself.
    #[arg(short = 'e', long = "expression", value_name = "EXPR", conflicts_with = "file")]
    pub expression: Option<String>,
    #[command(flatten)]
    pub env: EnvOptions,
    /// Print one JSON object: value or errors, prints, memory, usage.
    #[arg(long)]
    pub json: bool,
    /// Read a JSON string or object a line, and answer each with one line.
    #[arg(long, conflicts_with_all = ["file", "expression"])]
    pub batch: bool,
}

/// `ptc fmt`
#[derive(Args, Debug)]
pub(crate) struct FmtOptions {
    /// The programs' files, which are written anew, or - for standard input, whose program is printed.
    #[arg(required = true)]
    pub files: Vec<String>,
    /// Write nothing; name the files that would change, with status 1 if there are any.
    #[arg(long)]
    pub check: bool,
}

/// `ptc repl`
#[derive(Args, Debug)]
pub(crate) struct ReplOptions {
    #[command(flatten)]
    pub env: EnvOptions,
    #[command(flatten)]
    pub model: ModelOptions,
}

/// What programs find around them.
#[derive(Args, Debug)]
pub(crate) struct InputOptions {
    /// A JSON object; its keys are ctx/….
    #[arg(long, value_name = "FILE.json")]
    pub ctx: Option<PathBuf>,
    /// Tools that answer from a table, or, to be checked only, an object of signatures by name.
    #[arg(long, value_name = "FILE.json")]
    pub tools: Option<PathBuf>,
}

/// What is around a program, and what it may use.
#[derive(Args, Debug)]
pub(crate) struct EnvOptions {
    #[command(flatten)]
    pub inputs: InputOptions,
    /// The memory: read before, written back after success.
    #[arg(long, value_name = "FILE.edn")]
    pub memory: Option<PathBuf>,
    #[command(flatten)]
    pub limits: LimitOptions,
}

/// `ptc check`
#[derive(Args, Debug)]
pub(crate) struct CheckOptions {
    /// The program's file, or - for standard input.
    pub file: String,
    #[command(flatten)]
    pub inputs: InputOptions,
    /// Print the findings as a JSON list.
    #[arg(long)]
    pub json: bool,
}

/// `ptc run`
#[derive(Args, Debug)]
pub(crate) struct RunOptions {
    /// The program file (TOML, JSON or YAML).
    pub program: PathBuf,
    /// The task; the file's user prompt unless given.
    pub task: Option<String>,
    /// Play the prompts of the program's demo, one after the other.
    #[arg(long, conflicts_with_all = ["task", "interactive"])]
    pub demo: bool,
    /// Read a task from each line of standard input, all on one conversation.
    #[arg(long)]
    pub interactive: bool,
    /// Resume a run that was killed, from the file that its --trace wrote; the trace continues there.
    #[arg(long, value_name = "FILE.jsonl", conflicts_with_all = ["trace", "record", "demo", "interactive"])]
    pub resume: Option<PathBuf>,
    /// Repeat writing calls of which it is unknown whether they happened.
    #[arg(long, requires = "resume")]
    pub resume_anyway: bool,
    #[command(flatten)]
    pub agent: AgentOptions,
}

/// `ptc mcp`
#[derive(Args, Debug)]
pub(crate) struct McpOptions {
    /// A program file, whose agent becomes a tool of the file's name; may be given several times.
    #[arg(long, value_name = "FILE.toml")]
    pub program: Vec<PathBuf>,
    #[command(flatten)]
    pub inputs: InputOptions,
    #[command(flatten)]
    pub model: ModelOptions,
    #[command(flatten)]
    pub grants: GrantOptions,
    #[command(flatten)]
    pub observers: WatchOptions,
    #[command(flatten)]
    pub limits: LimitOptions,
}

/// Which model answers.
#[derive(Args, Debug)]
pub(crate) struct ModelOptions {
    /// The model: provider:name, such as anthropic:claude-sonnet-4-5.
    #[arg(long, value_name = "PROVIDER:NAME")]
    pub model: Option<String>,
    /// The endpoint of the model's provider.
    #[arg(long, value_name = "URL")]
    pub base_url: Option<String>,
    /// Replies of the model, in order, from a file.
    #[arg(long, value_name = "FILE.json", conflicts_with = "model")]
    pub script: Option<PathBuf>,
}

/// What programs may touch.
#[derive(Args, Debug)]
pub(crate) struct GrantOptions {
    /// A folder that programs may touch, besides the program file's; DIR:ro to read only.
    #[arg(long, value_name = "DIR[:ro]")]
    pub root: Vec<String>,
    /// Let tools and environment blocks of program files run commands.
    #[arg(long)]
    pub allow_commands: bool,
}

/// Who hears of a run, and in which money.
#[derive(Args, Clone, Debug)]
pub(crate) struct WatchOptions {
    /// Write every event as a line of JSON; ptc mcp writes a file for each task: FILE-1.jsonl, FILE-2.jsonl.
    #[arg(long, value_name = "FILE.jsonl")]
    pub trace: Option<PathBuf>,
    /// What models cost, in place of the program file's budget.prices: for each model the price of a million tokens.
    #[arg(long, value_name = "FILE.toml")]
    pub prices: Option<PathBuf>,
    /// Send traces to an OpenTelemetry collector: at URL, or at OTEL_EXPORTER_OTLP_ENDPOINT, or on this machine.
    #[arg(long, value_name = "URL", num_args = 0..=1, require_equals = true, default_missing_value = "")]
    pub otel: Option<String>,
    /// Send prompts, replies, arguments and results as well.
    #[arg(long, requires = "otel")]
    pub otel_content: bool,
}

/// Who answers for models, and what is told of it.
#[derive(Args, Debug)]
pub(crate) struct AgentOptions {
    #[command(flatten)]
    pub model: ModelOptions,
    /// Replies of the model as they were recorded.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["model", "script"])]
    pub replay: Option<PathBuf>,
    /// Record what the model answers.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["script", "replay"])]
    pub record: Option<PathBuf>,
    #[command(flatten)]
    pub grants: GrantOptions,
    /// Show the agent's replies while they are written.
    #[arg(long, conflicts_with = "json")]
    pub stream: bool,
    /// Print one JSON object: result, summary, refs, usage, trace, warnings.
    #[arg(long)]
    pub json: bool,
    #[command(flatten)]
    pub observers: WatchOptions,
}

/// `ptc program`
#[derive(Args, Debug)]
pub(crate) struct ProgramOptions {
    #[command(subcommand)]
    pub command: ProgramCommand,
}

#[derive(Subcommand, Debug)]
pub(crate) enum ProgramCommand {
    /// Shows the programs that a file leads to, with their tools, grants and warnings.
    Check {
        /// The program file.
        file: PathBuf,
        #[command(flatten)]
        grants: GrantOptions,
    },
    /// Prints a program as JSON with nothing but what differs from the defaults.
    Export {
        /// The program file.
        file: PathBuf,
    },
    /// Prints the JSON Schema of program files, for editors.
    Schema,
}

/// `ptc plan`
#[derive(Subcommand, Debug)]
pub(crate) enum PlanCommand {
    /// Says all that is wrong with a plan; no model is asked.
    Check(PlanFile),
    /// Works on a plan that has not been begun. What is done is written into its file.
    Run(PlanOptions),
    /// Goes on with a plan. What is done stays done.
    Resume(PlanOptions),
    /// Copies a plan from one place to another: into a file, into an issue, into a new issue (github:OWNER/REPO).
    Copy(PlanCopy),
}

#[derive(Args, Debug)]
pub(crate) struct PlanCopy {
    /// The plan: a file, or github:OWNER/REPO#NUMBER.
    pub from: String,
    /// Where to: a file, github:OWNER/REPO#NUMBER, or github:OWNER/REPO for a new issue.
    pub to: String,
    /// Overwrite the plan that is there.
    #[arg(long)]
    pub replace: bool,
}

#[derive(Args, Debug)]
pub(crate) struct PlanFile {
    /// The plan: a JSON file, a check-list if the name ends in .md, or the issue github:OWNER/REPO#NUMBER.
    pub plan: String,
    /// A program file whose model, tools and limits the steps have.
    #[arg(long, value_name = "FILE.toml")]
    pub agent: Option<PathBuf>,
    /// Tools that answer from a table.
    #[arg(long, value_name = "FILE.json")]
    pub tools: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct PlanOptions {
    #[command(flatten)]
    pub file: PlanFile,
    /// How many steps are worked on at once.
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub parallel: usize,
    /// How often a step that does not say so itself is tried again.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub retries: u32,
    /// Write what is done into this file or issue instead of the plan's.
    #[arg(long, value_name = "PLACE")]
    pub save: Option<String>,
    /// Forget what is done.
    #[arg(long)]
    pub fresh: bool,
    #[command(flatten)]
    pub agent: AgentOptions,
}

/// `ptc trace`
#[derive(Subcommand, Debug)]
pub(crate) enum TraceCommand {
    /// As a tree in the terminal.
    Show {
        /// The file that --trace wrote.
        file: PathBuf,
    },
    /// As one HTML file, which needs neither scripts nor a network.
    Html {
        /// The file that --trace wrote.
        file: PathBuf,
        /// Where to write it; standard output without.
        #[arg(short, long, value_name = "FILE.html")]
        output: Option<PathBuf>,
    },
}

/// `ptc doc`
#[derive(Args, Debug)]
pub(crate) struct DocOptions {
    /// The function or form; all of them without.
    pub name: Option<String>,
    /// Find functions by what they do.
    #[arg(long, value_name = "TEXT", conflicts_with = "name")]
    pub search: Option<String>,
}
