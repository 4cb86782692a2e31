//! Settings: every key of an agent with its type, default, meaning and field, in one table.
//!
//! From [`rows`] come the reading and the export of program files, the flags of the command line, the limits of the REPL and
//! of `--batch`, the reference in `docs/` and the JSON Schema of program files.

mod budget;
mod error;
mod kind;
mod limits;
mod paging;
mod row;

pub use budget::Budget;
pub(crate) use error::did_you_mean;
pub use error::{LoadError, Problem};
pub use kind::{KeyType, parse_bytes, parse_time};
pub use limits::{limit_rows, load_limits};
pub use paging::Paging;
pub(crate) use row::{Field, join, rows};
pub use row::{Key, Row};

use KeyType::{Bool, Bytes, Choice, Count, Number, Prices, Size, Table, Time};

use crate::lisp::limits::Limits;
use crate::model::ModelOptions;
use crate::tool::{Access, Validation};

/// What an agent may do and use: all of it has defaults, all of it can be written in a program file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Settings {
    /// Replies of the model for one task; those after a ref retry do not count.
    pub max_turns: u32,
    /// Extra turns to repair required refs.
    pub max_ref_retries: u32,
    /// How strictly calls are held to contracts.
    pub validation: Validation,
    /// What the process may do.
    pub access: Access,
    /// Whether programs find tools instead of being shown them.
    pub discovery: bool,
    /// How many reads may be in progress at once.
    pub overlap_reads: usize,
    /// The most forks of one call.
    pub max_forks: usize,
    /// The limits of one program.
    pub limits: Limits,
    /// What the whole tree of processes may use.
    pub budget: Budget,
    /// What is asked of the provider.
    pub model_options: ModelOptions,
    /// When values are kept as descriptors; `None`: never.
    pub paging: Option<Paging>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_turns: 5,
            max_ref_retries: 1,
            validation: Validation::default(),
            access: Access::Admin,
            discovery: false,
            overlap_reads: 1,
            max_forks: 10,
            limits: Limits::default(),
            budget: Budget::default(),
            model_options: ModelOptions::default(),
            paging: None,
        }
    }
}

/// The settings of an agent, but for the sizes of descriptors ([`paging_rows`]).
pub fn rows() -> Vec<Row<Settings>> {
    let limits = limit_rows().into_iter();
    let limits = limits.map(|row| row.within(|all: &Settings| &all.limits, |all| &mut all.limits));
    let others = rows![Settings;
        "model.max_turns": Count => max_turns,
            "Replies of the model for one task; those after a ref retry do not count.",
            also ["max_turns", "model.max_iterations"];
        "parameters.max_tokens": Count => model_options.max_tokens,
            "The most tokens of a reply. Budgets reserve as much before each request.";
        "parameters.temperature": Number => model_options.temperature,
            "The sampling temperature.";
        "parameters.timeout": Time => model_options.timeout,
            "How long one request may take; two minutes if it is not set.";
        "parameters.stream": Bool => model_options.stream,
            "Whether observers see replies while they are written.";
        "parameters.extra_headers": Table => model_options.extra_headers,
            "Headers of every request.";
        "max_ref_retries": Count => max_ref_retries,
            "Extra turns to repair required refs.";
        "tool_validation": Choice(&Validation::NAMES) => validation,
            "How strictly tool calls are held to their contracts. `strict` also refuses tools without a contract.";
        "access": Choice(&Access::NAMES) => access,
            "What the process may do. Children have `write` at most.";
        "discovery": Bool => discovery,
            "Whether programs find tools with `(apropos \"words\")` and `(describe-tool \"name\")` instead of reading about them in the prompt.";
        "overlap_reads": Count => overlap_reads,
            "How many calls of tools that only read may be under way at once, in a `map`, `mapv` or `for` that does nothing else.";
        "limits.max_forks": Count => max_forks,
            "The most prompts of one call of `fork`.";
        "budget.turns": Count => budget.turns,
            "Replies of models; those after a ref retry count.";
        "budget.tokens": Count => budget.tokens,
            "Tokens, read and written.";
        "budget.time": Time => budget.time,
            "Wall time.", also ["budget.wall_time"];
        "budget.depth": Count => budget.depth,
            "Levels of processes: 3 is root, child, grandchild.";
        "budget.processes": Count => budget.processes,
            "Processes, finished ones too; the root counts.";
        "budget.tool_calls": Count => budget.tool_calls,
            "Tool calls.";
        "budget.cost": Number => budget.cost,
            "What all tokens may cost, in the money of `budget.prices`.";
        "budget.prices": Prices => budget.prices,
            "The price of a million tokens by model: `{ input, output, cached }`. The name `\"*\"` stands for all other models.";
        "budget.descriptor_bytes": Bytes => budget.descriptor_bytes,
            "What all descriptors may hold. Beyond it no more are made, and the run continues.";
    ];
    limits.chain(others).collect()
}

/// The sizes of descriptors.
pub fn paging_rows() -> Vec<Row<Paging>> {
    rows![Paging;
        "file_descriptor.max_direct_output_chars": Size => max_direct,
            "Results and prints up to this many characters are shown whole; longer ones become descriptors.";
        "file_descriptor.default_page_size": Size => page_size,
            "The most characters of a page.";
        "file_descriptor.max_input_chars": Size => max_input,
            "Tasks up to this many characters are shown whole.";
        "file_descriptor.page_user_input": Bool => page_input,
            "Whether longer tasks become descriptors.";
        "file_descriptor.enable_references": Bool => references,
            "Whether `<ref id=\"x\">…</ref>` in a reply makes the descriptor `ref:x`.";
    ]
}
