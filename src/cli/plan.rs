//! `ptc plan`: plans checked, worked on, resumed.

use std::sync::Arc;

use super::Trouble;
use super::args::{PlanCommand, PlanFile, PlanOptions};
use super::run::{grants, recorder, report, unusable, wait};
use crate::model::Scripted;
use crate::process::{Grants, Library, bind};
use crate::tool::table_tools;
use crate::{Executor, Options, Plan};

/// Does what is asked with a plan.
pub(super) fn plan(command: &PlanCommand) -> Result<u8, Trouble> {
    match command {
        PlanCommand::Check(file) => check(file),
        PlanCommand::Run(options) => {
            let plan = load(options)?;
            let plan = if options.fresh { plan.from_the_start() } else { plan };
            if plan.has_begun() {
                let file = options.file.plan.display();
                let message = format!("{file} has been begun: ptc plan resume goes on, --fresh forgets what is done");
                return Err(unusable(message, options.how.json));
            }
            work(plan, options)
        }
        PlanCommand::Resume(options) => {
            let plan = load(options)?;
            work(if options.fresh { plan.from_the_start() } else { plan }, options)
        }
    }
}

fn load(options: &PlanOptions) -> Result<Plan, Trouble> {
    Plan::load(&options.file.plan).map_err(|error| unusable(error.to_string(), options.how.json))
}

fn check(file: &PlanFile) -> Result<u8, Trouble> {
    let plan = Plan::load(&file.plan).map_err(|error| Trouble::usage(error.to_string()))?;
    let checked = if file.agent.is_none() && file.tools.is_none() {
        plan.check()
    } else {
        // Nobody is asked, so no key is needed.
        let mut grants = Grants::new(None);
        grants.model = Some(Arc::new(Scripted::new(Vec::<String>::new())));
        let (agent, _) = agent(file, &grants).map_err(Trouble::usage)?;
        plan.check_with(&Executor::new(agent))
    };
    checked.map_err(|error| Trouble::usage(format!("{} cannot be run:\n{error}", file.plan.display())))?;
    let done = plan.steps.iter().filter(|step| step.done.is_some()).count();
    println!("{}: {} steps, {done} of them done", file.plan.display(), plan.steps.len());
    Ok(0)
}

/// The options that the steps share, and what is odd about the program file.
fn agent(file: &PlanFile, grants: &Grants) -> Result<(Options, Vec<String>), String> {
    let mut warnings = Vec::new();
    let mut agent = match &file.agent {
        Some(path) => {
            let library = Arc::new(Library::load(path).map_err(|error| error.to_string())?);
            let root = library.root().ok_or("the program was not loaded")?;
            warnings.extend(library.warnings());
            bind(&library, &root, grants, true)?
        }
        None => Options { model: grants.model.clone().or_else(|| grants.root_model.clone()), ..Options::default() },
    };
    if let Some(path) = &file.tools {
        let named = |error: String| format!("{}: {error}", path.display());
        let text = std::fs::read_to_string(path).map_err(|error| named(error.to_string()))?;
        let tools = table_tools(&text).map_err(|error| named(error.to_string()))?;
        agent = agent.tools(tools.iter().cloned());
    }
    Ok((agent, warnings))
}

fn work(mut plan: Plan, options: &PlanOptions) -> Result<u8, Trouble> {
    let how = &options.how;
    let unusable = |message: String| unusable(message, how.json);
    let (mut agent, warnings) = agent(&options.file, &grants(how).map_err(unusable)?).map_err(unusable)?;
    agent.model_options.stream |= how.stream;
    let save = options.save.as_ref().unwrap_or(&options.file.plan);
    let executor = Executor::new(agent).parallel(options.parallel).retries(options.retries).save(save);
    let recorder = recorder(how).map_err(unusable)?;
    let began = std::time::Instant::now();
    let outcome = wait(plan.run_with(&executor, recorder))?;
    if outcome.is_err() && plan.has_begun() && !how.json {
        eprintln!("ptc: what is done is in {0}; ptc plan resume {0} goes on", save.display());
    }
    report(outcome, began.elapsed(), &warnings, how.json)
}
