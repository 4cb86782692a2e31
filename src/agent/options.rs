//! What an agent is made of.

use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::run::process::Agent;
use super::{Budget, Prompt, Refs, Rules, system_prompt};
use crate::contract::{ParseError, Type};
use crate::lisp::limits::Limits;
use crate::lisp::value::Value;
use crate::model::{Model, ModelOptions, Prices};
use crate::settings::Settings;
use crate::tool::{Dispatcher, Tool, Toolbox, Validation};
use crate::trace::{Event, Observer, Verdict};

/// The options of an agent; every one but the model has a default.
///
/// ```
/// use ptc::{Options, Refs, Tool, model::Scripted};
///
/// let options = Options::new(Scripted::new(["done"]))
///     .tools([Tool::new("fetch", |_| Ok(1.into()))])
///     .refs(Refs::new().path("id", "[0].id"))
///     .max_turns(3);
/// # let _ = options;
/// ```
#[derive(Clone)]
pub struct Options {
    pub(crate) model: Option<Arc<dyn Model>>,
    pub(crate) tools: Vec<Tool>,
    pub(crate) context: Value,
    pub(crate) refs: Refs,
    pub(crate) signature: Option<Type>,
    pub(crate) settings: Settings,
    pub(crate) prompt: Prompt,
    pub(crate) name: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) observers: Vec<Observer>,
    /// Whether the user's messages carry numbers, to go back to.
    pub(crate) numbered: bool,
    /// What is odd about where they come from.
    pub(crate) warnings: Vec<String>,
    /// Of which tools the prompt says nothing, besides what `settings.discovery` hides.
    pub(crate) hides: fn(&Tool) -> bool,
    pub(crate) journal: Option<PathBuf>,
    pub(crate) repeat_undecided: bool,
}

/// The options of a child that is being started.
pub(crate) type MadeOptions = Pin<Box<dyn Future<Output = Result<Options, String>> + Send>>;

impl Default for Options {
    /// Without a model: for sub-agents, which inherit their parent's.
    fn default() -> Self {
        Self {
            model: None,
            tools: Vec::new(),
            context: Value::empty_map(),
            refs: Refs::new(),
            signature: None,
            settings: Settings::default(),
            prompt: Prompt::default(),
            name: None,
            description: None,
            observers: Vec::new(),
            numbered: false,
            warnings: Vec::new(),
            hides: |_| false,
            journal: None,
            repeat_undecided: false,
        }
    }
}

impl Options {
    /// Options with a model and defaults for the rest.
    pub fn new(model: impl Model + 'static) -> Self {
        Self { model: Some(Arc::new(model)), ..Self::default() }
    }

    /// Sets the model. An `Arc<dyn Model>` is one as well.
    #[must_use]
    pub fn model(self, model: impl Model + 'static) -> Self {
        Self { model: Some(Arc::new(model)), ..self }
    }

    /// Adds tools that programs may call.
    #[must_use]
    pub fn tools(mut self, tools: impl IntoIterator<Item = Tool>) -> Self {
        self.tools.extend(tools);
        self
    }

    /// Adds tools that are shown for planning and cannot be called.
    #[must_use]
    pub fn tool_catalog(mut self, tools: impl IntoIterator<Item = Tool>) -> Self {
        self.tools.extend(tools.into_iter().map(|tool| Tool { for_planning: true, ..tool }));
        self
    }

    /// Whether the prompt says nothing of a tool.
    pub(crate) fn hides(&self, tool: &Tool) -> bool {
        (self.settings.discovery && !tool.for_planning) || (self.hides)(tool)
    }

    /// Shows none of the tools in the prompt: programs find them with `(apropos "words")` and `(describe-tool "name")`, and call
    /// them as ever. For registries of fifty tools and more.
    #[must_use]
    pub fn discovery(mut self) -> Self {
        self.settings.discovery = true;
        self
    }

    /// Runs up to `at_once` reads concurrently where a `map`, `mapv` or `for` only calls a read-only tool:
    /// `(mapv (fn [id] (tool/fetch {:id id})) ids)`. 1 by default: no overlap.
    ///
    /// Values, errors, the trace (in the order of the program), usage and budget are the same as without. Only the time
    /// differs. If the program stops early, some reads may already have run; never more than `at_once`.
    ///
    /// ```
    /// use ptc::{Options, Tool, delegate, model::Scripted};
    ///
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
    /// let fetch = Tool::asynchronous("fetch", |call| async move {
    ///     tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    ///     Ok(call.arguments.get("id").cloned().unwrap_or_default())
    /// });
    /// let fetch = fetch.spec("(id :int) -> :int")?.reads();
    /// let model = Scripted::new(["(return (mapv (fn [id] (tool/fetch {:id id})) (range 20)))"]);
    /// let outcome = delegate("Fetch all.", Options::new(model).tools([fetch]).overlap_reads(10)).await?;
    /// assert_eq!(outcome.usage.tool_calls, 20);
    /// assert!(outcome.duration.as_millis() < 20 * 20);
    /// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn overlap_reads(mut self, at_once: usize) -> Self {
        self.settings.overlap_reads = at_once;
        self
    }

    /// Sets the values that programs see as `ctx/…`: a map.
    #[must_use]
    pub fn context(self, context: Value) -> Self {
        Self { context, ..self }
    }

    /// Adds one value that programs see as `ctx/name`.
    #[must_use]
    pub fn with_context(mut self, name: &str, value: impl Into<Value>) -> Self {
        let mut map = match &self.context {
            Value::Map(map) => (**map).clone(),
            _ => crate::lisp::value::Map::default(),
        };
        map.insert(Value::keyword(name), value.into());
        self.context = map.into();
        self
    }

    /// Sets what is taken out of the result.
    #[must_use]
    pub fn refs(self, refs: Refs) -> Self {
        Self { refs, ..self }
    }

    /// Sets what the result must be: `{:id :int}`, `-> [{:id :int}]`.
    ///
    /// # Errors
    /// A text that is no type.
    pub fn signature(self, signature: &str) -> Result<Self, ParseError> {
        let kind = crate::contract::Signature::parse_result(signature)?;
        Ok(Self { signature: Some(kind.returns), ..self })
    }

    /// Sets how many replies the model has: 5 unless set.
    #[must_use]
    pub fn max_turns(mut self, max_turns: u32) -> Self {
        self.settings.max_turns = max_turns;
        self
    }

    /// Sets the extra turns to repair required refs: 1 unless set.
    #[must_use]
    pub fn max_ref_retries(mut self, max_ref_retries: u32) -> Self {
        self.settings.max_ref_retries = max_ref_retries;
        self
    }

    /// Sets how strictly calls are held to contracts.
    #[must_use]
    pub fn tool_validation(mut self, validation: Validation) -> Self {
        self.settings.validation = validation;
        self
    }

    /// Bounds the interpreter time of one program: 5 s unless set. Waiting for tools does not count.
    #[must_use]
    pub fn program_timeout(mut self, time: Duration) -> Self {
        self.settings.limits.max_time = time;
        self
    }

    /// Bounds the wall time of the whole run, with models, tools and sub-agents: unbounded unless set. The same as
    /// [`Budget::time`].
    #[must_use]
    pub fn max_wall_time(mut self, time: Duration) -> Self {
        self.settings.budget.time = Some(time);
        self
    }

    /// Sets the limits of one program.
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.settings.limits = limits;
        self
    }

    /// Sets what the whole tree of processes may use. Of a sub-agent it is ignored: there is one ledger for the tree.
    #[must_use]
    pub fn budget(mut self, budget: Budget) -> Self {
        self.settings.budget = budget;
        self
    }

    /// Sets what replies cost, by models' names.
    #[must_use]
    pub fn prices(mut self, prices: Prices) -> Self {
        self.settings.budget.prices = prices;
        self
    }

    /// Asks the provider to stream replies, so that observers see them while they are written.
    #[must_use]
    pub fn stream(mut self) -> Self {
        self.settings.model_options.stream = true;
        self
    }

    /// Checks the options as a run does before it asks the model, and gives the warnings.
    ///
    /// # Errors
    /// Two tools of one name, a contract or a ref that cannot be read, a context that is no map.
    pub fn check(&self) -> Result<Vec<String>, String> {
        self.agent().map(|agent| agent.warnings)
    }

    /// What a process of these options works with.
    ///
    /// # Errors
    /// See [`Options::check`].
    pub(crate) fn agent(&self) -> Result<Agent, String> {
        let mut tools = Toolbox::new();
        for tool in &self.tools {
            tools.add(tool.clone()).map_err(|error| error.to_string())?;
        }
        self.refs.check()?;
        if !matches!(self.context, Value::Map(_) | Value::Nil) {
            return Err(format!("the context is a map of names to values, got {}", self.context.describe()));
        }
        let shown: Toolbox = tools.iter().filter(|tool| !self.hides(tool)).cloned().collect();
        let hidden = tools.iter().count() - shown.iter().count();
        let mut dispatcher = Dispatcher::new(Arc::new(tools));
        let settings = &self.settings;
        (dispatcher.validation, dispatcher.access) = (settings.validation, settings.access);
        let mut warnings = self.warnings.clone();
        warnings.extend(dispatcher.missing_contracts().map_err(|error| error.to_string())?);
        if self.context.get("last-result").is_some() {
            warnings.push(
                "ctx/last-result is the value of the last program; what the context has under that name is not seen"
                    .into(),
            );
        }
        let signature = self.signature.as_ref();
        let mut prompt = self.prompt.clone();
        if let Some(paging) = &settings.paging {
            prompt.appendix = format!("{}\n\n{}", paging.explanation(&dispatcher.tools), prompt.appendix);
        }
        let system = system_prompt(&prompt, &shown, hidden, &self.context, &self.refs, signature);
        Ok(Agent {
            system: system.into(),
            dispatcher,
            context: self.context.clone(),
            rules: Rules {
                max_turns: settings.max_turns,
                max_ref_retries: settings.max_ref_retries,
                refs: self.refs.clone(),
                signature: self.signature.clone(),
                numbered: self.numbered,
                references: settings.paging.as_ref().is_some_and(|paging| paging.references),
            },
            settings: settings.clone(),
            warnings,
        })
    }

    /// Whether they name a model.
    #[must_use]
    pub fn has_model(&self) -> bool {
        self.model.is_some()
    }

    /// The tools that have been added.
    #[must_use]
    pub fn added_tools(&self) -> &[Tool] {
        &self.tools
    }

    /// Sets what is asked of the provider.
    #[must_use]
    pub fn model_options(mut self, model_options: ModelOptions) -> Self {
        self.settings.model_options = model_options;
        self
    }

    /// Sets all that has a default at once, as a program file does.
    #[must_use]
    pub fn settings(self, settings: Settings) -> Self {
        Self { settings, ..self }
    }

    /// Replaces parts of the system prompt.
    #[must_use]
    pub fn prompt(self, prompt: Prompt) -> Self {
        Self { prompt, ..self }
    }

    /// Sets the name of the agent as a tool.
    #[must_use]
    pub fn name(self, name: impl Into<String>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// Describes the agent as a tool.
    #[must_use]
    pub fn description(self, description: impl Into<String>) -> Self {
        Self { description: Some(description.into()), ..self }
    }

    /// Writes what happens to this file as it happens, over what it holds, so that [`resume`](crate::resume) can go on with the
    /// run if it is killed. Of a sub-agent it is ignored: there is one journal for the tree.
    #[must_use]
    pub fn journal(self, file: impl Into<PathBuf>) -> Self {
        Self { journal: Some(file.into()), ..self }
    }

    /// Lets [`resume`](crate::resume) make calls that write once more where nobody knows whether they have happened.
    #[must_use]
    pub fn repeat_undecided(self) -> Self {
        Self { repeat_undecided: true, ..self }
    }

    /// Adds a function that sees every event of the tree as it happens and may stop it.
    #[must_use]
    pub fn observer(self, observer: impl Fn(&Event) -> Verdict + Send + Sync + 'static) -> Self {
        self.observing(Arc::new(observer))
    }

    /// The same with an observer that somebody made.
    #[must_use]
    pub fn observing(mut self, observer: Observer) -> Self {
        self.observers.push(observer);
        self
    }
}
