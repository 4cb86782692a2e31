//! `ptc plan`: plans checked, worked on, resumed, copied.

use std::path::PathBuf;
use std::sync::Arc;

use super::CliError;
use super::args::{PlanCommand, PlanCopy, PlanFile, PlanOptions};
use super::run::{grants, recorder, report, unusable, wait};
use super::watch::{Telemetry, priced};
use ptc::model::Scripted;
use ptc::plan::{GitHub, Store};
use ptc::process::{Grants, Library, bind};
use ptc::tool::table_tools;
use ptc::{Executor, Options, Plan};

/// Does what is asked with a plan.
pub(crate) fn plan(command: &PlanCommand) -> Result<u8, CliError> {
    match command {
        PlanCommand::Check(file) => wait(check(file))?,
        PlanCommand::Run(options) => wait(work(options, false))?,
        PlanCommand::Resume(options) => wait(work(options, true))?,
        PlanCommand::Copy(copy) => wait(copied(copy))?,
    }
}

/// The place of this name.
fn place(name: &str) -> Result<Arc<dyn Store>, String> {
    match name.strip_prefix("github:") {
        Some(issue) => {
            let issue = GitHub::from_environment().issue(issue).map_err(|error| error.to_string())?;
            Ok(Arc::new(issue))
        }
        None => Ok(Arc::new(PathBuf::from(name))),
    }
}

async fn check(file: &PlanFile) -> Result<u8, CliError> {
    let store = place(&file.plan).map_err(CliError::usage)?;
    let plan = store.load().await.map_err(|error| CliError::usage(error.to_string()))?;
    let checked = if file.agent.is_none() && file.tools.is_none() {
        plan.check()
    } else {
        // Nobody is asked, so no key is needed.
        let mut grants = Grants::new(None);
        grants.model = Some(Arc::new(Scripted::new(Vec::<String>::new())));
        let (agent, _) = agent(file, &grants, false).await.map_err(CliError::usage)?;
        plan.check_with(&Executor::new(agent))
    };
    checked.map_err(|error| CliError::usage(format!("{} cannot be run:\n{error}", store.name())))?;
    let done = plan.steps.iter().filter(|step| step.done.is_some()).count();
    println!("{}: {} steps, {done} of them done", store.name(), plan.steps.len());
    Ok(0)
}

/// The options that the steps share, and what is odd about the program file.
async fn agent(file: &PlanFile, grants: &Grants, connects: bool) -> Result<(Options, Vec<String>), String> {
    let mut warnings = Vec::new();
    let mut agent = match &file.agent {
        Some(path) => {
            let library = Library::load(path).map_err(|error| error.to_string())?;
            if connects {
                library.connect(grants).await.map_err(|error| error.to_string())?;
            }
            let root = library.root().ok_or("the program was not loaded")?;
            warnings.extend(library.warnings());
            bind(&Arc::new(library), &root, grants, true).map_err(|error| error.to_string())?
        }
        None => match grants.model.clone().or_else(|| grants.root_model.clone()) {
            Some(model) => Options::default().model(model),
            None => Options::default(),
        },
    };
    if let Some(path) = &file.tools {
        let named = |error: String| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
        let tools = table_tools(&text).map_err(|error| named(error.to_string()))?;
        agent = agent.tools(tools.iter().cloned());
    }
    Ok((agent, warnings))
}

async fn work(options: &PlanOptions, resume: bool) -> Result<u8, CliError> {
    let agent_options = &options.agent;
    let unusable = |message: String| unusable(message, agent_options.json);
    let from = place(&options.file.plan).map_err(unusable)?;
    let mut plan = from.load().await.map_err(|error| unusable(error.to_string()))?;
    if options.fresh {
        plan = plan.from_the_start();
    }
    if plan.has_begun() && !resume {
        let name = from.name();
        let message = format!("{name} has been begun: ptc plan resume goes on, --fresh forgets what is done");
        return Err(unusable(message));
    }
    let save = match &options.save {
        Some(name) => place(name).map_err(unusable)?,
        None => from,
    };
    let grants = grants(agent_options).map_err(unusable)?;
    let telemetry = Telemetry::new(&agent_options.observers).map_err(unusable)?;
    let recorder = recorder(agent_options, &telemetry).map_err(unusable)?;
    let began = std::time::Instant::now();
    let (agent, warnings) = agent(&options.file, &grants, true).await.map_err(unusable)?;
    let mut agent = priced(agent, &agent_options.observers).map_err(unusable)?;
    if agent_options.stream {
        agent = agent.stream();
    }
    let executor = Executor::new(agent).parallel(options.parallel).retries(options.retries).save_to(save.clone());
    let outcome = plan.run_with(&executor, recorder).await;
    telemetry.flush().await;
    if outcome.is_err() && plan.has_begun() {
        let kept = kept(&plan, &save).await?;
        if !agent_options.json {
            eprintln!("ptc: what is done is in {kept}; ptc plan resume {kept} goes on");
        }
    }
    report(outcome, began.elapsed(), &warnings, agent_options.json)
}

/// Where a plan is kept whose run has failed: where it was to be saved, or in a file, so that nothing is lost.
async fn kept(plan: &Plan, save: &Arc<dyn Store>) -> Result<String, CliError> {
    let name = save.name();
    if save.save(plan).await.is_ok() {
        return Ok(name);
    }
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    let file = format!("{}-{}.md", name.chars().map(plain).collect::<String>(), std::process::id());
    plan.save(file.as_ref()).map_err(|error| CliError::failed(format!("what is done is lost: {file}: {error}")))?;
    Ok(file)
}

async fn copied(copy: &PlanCopy) -> Result<u8, CliError> {
    let from = place(&copy.from).map_err(CliError::usage)?;
    let plan = from.load().await.map_err(|error| CliError::usage(error.to_string()))?;
    let name = match copy.to.strip_prefix("github:") {
        Some(repository) if !repository.contains('#') => {
            let made = GitHub::from_environment().create(repository, &plan).await;
            made.map_err(|error| CliError::failed(error.to_string()))?.name()
        }
        _ => {
            let to = place(&copy.to).map_err(CliError::usage)?;
            let failed = |error: ptc::PlanError| CliError::failed(format!("{}: {error}", to.name()));
            if to.holds_plan().await.map_err(failed)? && !copy.replace {
                let name = to.name();
                return Err(CliError::usage(format!("{name} holds a plan already; --replace overwrites it")));
            }
            to.save(&plan).await.map_err(failed)?;
            to.name()
        }
    };
    println!("{name}: {} steps", plan.steps.len());
    Ok(0)
}
