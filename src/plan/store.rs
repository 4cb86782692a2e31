//! Where plans are kept: files, issues, or whatever a host has.

use std::future::Future;
use std::path::PathBuf;
use std::pin::Pin;

use super::{Plan, PlanError};

/// A future of a store.
pub type Storing<'a, T> = Pin<Box<dyn Future<Output = Result<T, PlanError>> + Send + 'a>>;

/// A place where a plan is kept while it is worked on. A path is one, and an issue of a tracker can be.
///
/// ```
/// use std::sync::{Arc, Mutex};
/// use ptc::model::Scripted;
/// use ptc::plan::{Store, Storing};
/// use ptc::{Executor, Options, Plan};
///
/// /// A page of a wiki, which holds the plan as a check-list.
/// #[derive(Clone, Default)]
/// struct Page(Arc<Mutex<String>>);
///
/// impl Store for Page {
///     fn load(&self) -> Storing<'_, Plan> {
///         Box::pin(async { Plan::from_markdown(&self.0.lock().unwrap()) })
///     }
///
///     fn holds_plan(&self) -> Storing<'_, bool> {
///         Box::pin(async { Ok(!self.0.lock().unwrap().is_empty()) })
///     }
///
///     fn save<'a>(&'a self, plan: &'a Plan) -> Storing<'a, ()> {
///         Box::pin(async { Ok(*self.0.lock().unwrap() = plan.to_markdown()) })
///     }
///
///     fn name(&self) -> String {
///         "the page Plan".into()
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
/// let page = Page(Arc::new(Mutex::new("- [ ] greet: Say hello\n".into())));
/// let model = Scripted::new(Vec::<String>::new()).process("main/greet#1", ["Hello."]);
/// let executor = Executor::new(Options::new(model)).save_to(page.clone());
/// page.load().await?.run(&executor).await?;
/// assert!(page.0.lock().unwrap().starts_with("- [x] greet: Say hello\n"));
/// # Ok::<(), Box<dyn std::error::Error>>(()) })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Store: Send + Sync {
    /// Reads the plan.
    fn load(&self) -> Storing<'_, Plan>;

    /// Whether there is a plan already, of whatever kind.
    fn holds_plan(&self) -> Storing<'_, bool>;

    /// Writes the plan, with what is done of it. One that others have changed since it was read is not to be
    /// overwritten, where that can be told.
    fn save<'a>(&'a self, plan: &'a Plan) -> Storing<'a, ()>;

    /// How messages name the place.
    fn name(&self) -> String;
}

impl<S: Store + ?Sized> Store for std::sync::Arc<S> {
    fn load(&self) -> Storing<'_, Plan> {
        (**self).load()
    }

    fn holds_plan(&self) -> Storing<'_, bool> {
        (**self).holds_plan()
    }

    fn save<'a>(&'a self, plan: &'a Plan) -> Storing<'a, ()> {
        (**self).save(plan)
    }

    fn name(&self) -> String {
        (**self).name()
    }
}

impl Store for PathBuf {
    fn load(&self) -> Storing<'_, Plan> {
        Box::pin(async { Plan::load(self) })
    }

    fn holds_plan(&self) -> Storing<'_, bool> {
        Box::pin(async { Ok(self.exists()) })
    }

    fn save<'a>(&'a self, plan: &'a Plan) -> Storing<'a, ()> {
        Box::pin(async { Plan::save(plan, self).map_err(|error| PlanError::one(error.to_string())) })
    }

    fn name(&self) -> String {
        self.display().to_string()
    }
}
