//! Grants: what the host gives to the programs of a library.

use std::sync::Arc;

use super::confine::Root;
use super::program::Program;
use crate::model::{Model, from_name};
use crate::settings::{LoadError, Problem};

/// Makes a model of a provider's and a model's name.
type Connect = Arc<dyn Fn(&str, &str) -> Result<Arc<dyn Model>, LoadError> + Send + Sync>;

/// What the host gives to the programs of a library.
#[derive(Clone)]
pub struct Grants {
    /// Answers for every process, whatever its file says: a script, a recording.
    pub model: Option<Arc<dyn Model>>,
    /// The model of the root and of those that name none.
    pub root_model: Option<Arc<dyn Model>>,
    /// Folders that programs may touch, besides those of their files.
    pub roots: Vec<Root>,
    /// Whether tools and environment blocks may run commands.
    pub commands: bool,
    connect: Connect,
}

impl Grants {
    /// Models by their providers' names; `base_url` holds for the provider `of`, if one is given.
    pub fn new(base_url: Option<(String, String)>) -> Self {
        let connect: Connect = Arc::new(move |provider, name| {
            let base_url = base_url.as_ref().filter(|(of, _)| of == provider).map(|(_, url)| url.as_str());
            from_name(&format!("{provider}:{name}"), base_url).map_err(|error| LoadError::other("", error))
        });
        Self { model: None, root_model: None, roots: Vec::new(), commands: false, connect }
    }

    /// One model for every process, whatever its file says.
    pub fn with_model(model: impl Model + 'static) -> Self {
        Self { model: Some(Arc::new(model)), ..Self::new(None) }
    }

    /// The model of a program; none is that of its parent.
    pub(super) fn model_of(&self, program: &Program, root: bool) -> Result<Option<Arc<dyn Model>>, LoadError> {
        let missing = |key: &str| LoadError { key: key.into(), problem: Problem::Missing, ..LoadError::default() };
        if let Some(model) = &self.model {
            return Ok(Some(model.clone()));
        }
        match (&program.provider, &program.model) {
            _ if root && self.root_model.is_some() => Ok(self.root_model.clone()),
            (Some(provider), Some(name)) => (self.connect)(provider, name).map(Some),
            (None, None) => Ok(self.root_model.clone()),
            (Some(_), None) => Err(missing("model.name")),
            (None, Some(_)) => Err(missing("model.provider")),
        }
    }
}
