//! A plan in an issue: loaded from its check-list, and written back without touching what people wrote.

use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::header::HeaderValue;
use reqwest::{Method, Url};
use serde_json::{Value as Json, json};

use super::embedded::{check_list, put};
use super::github::Answer;
use super::{GitHub, Plan, PlanError, Store, Storing};

/// The most characters that the body of an issue may have.
const MAX_BODY: usize = 65_536;

/// The most characters that its title may have.
const LONGEST_TITLE: usize = 256;

/// An issue of GitHub that holds a plan as a check-list.
///
/// The list stands between two comments that are not shown, or is the one check-list whose items read `id: task`; a plan
/// without a goal has the issue's title. Whatever else is in the body stays as it is, also what comes to it in the
/// meantime. If somebody changes the list itself while the plan is worked on, nothing is overwritten, and saving is an
/// error. GitHub knows no conditional writes, so that a change in the instant between the last look and the write goes
/// unseen.
///
/// ```no_run
/// use ptc::plan::{GitHub, Store};
/// use ptc::{Executor, Options, model::from_name};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let issue = GitHub::from_environment().issue("octocat/hello-world#7")?;
/// let mut plan = issue.load().await?;
/// let executor = Executor::new(Options::new(from_name("openai:gpt-4.1", None)?)).save_to(issue);
/// plan.run(&executor).await?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct IssueStore {
    github: GitHub,
    name: String,
    address: Url,
    seen: Mutex<Option<Seen>>,
}

/// The issue as it was when it was last read or written.
#[derive(Clone, Debug)]
struct Seen {
    address: Url,
    etag: Option<HeaderValue>,
    title: String,
    body: String,
    /// A body that may have been written: the answer to it was lost.
    sent: Option<String>,
}

impl GitHub {
    /// The issue of this name: `OWNER/REPO#NUMBER`. Nothing is asked yet.
    ///
    /// # Errors
    /// Other names, and an address that is no URL.
    pub fn issue(&self, name: &str) -> Result<IssueStore, PlanError> {
        let unfit = || PlanError::one(format!("an issue is named OWNER/REPO#NUMBER, got {name:?}"));
        let (repository, number) = name.split_once('#').filter(|(owner, _)| owner.contains('/')).ok_or_else(unfit)?;
        let number: u64 = number.parse().map_err(|_| unfit())?;
        let mut address = self.issues(repository)?;
        if let Ok(mut path) = address.path_segments_mut() {
            path.push(&number.to_string());
        }
        Ok(IssueStore::new(self.clone(), name.into(), address))
    }

    /// Opens an issue that holds a plan, under the plan's goal as its title.
    ///
    /// # Errors
    /// A repository that is not named `OWNER/REPO`, and whatever keeps GitHub from making an issue.
    pub async fn create(&self, repository: &str, plan: &Plan) -> Result<IssueStore, PlanError> {
        let address = self.issues(repository)?;
        let (title, body) = IssueStore::first(plan)?;
        let made = self.send(Method::POST, &address, None, Some(&json!({"title": title, "body": body}))).await;
        let made = made.map_err(|error| error.of(repository))?;
        let number = made.body.get("number").and_then(Json::as_u64);
        let number = number.ok_or_else(|| PlanError::one("GitHub answered no number of an issue").of(repository))?;
        self.issue(&format!("{repository}#{number}"))?.made(made)
    }
}

impl IssueStore {
    fn new(github: GitHub, name: String, address: Url) -> Self {
        Self { github, name, address, seen: Mutex::default() }
    }

    /// Title and body of an issue that is made for a plan.
    fn first(plan: &Plan) -> Result<(String, String), PlanError> {
        let title: String = plan.goal.lines().next().unwrap_or_default().trim().chars().take(LONGEST_TITLE).collect();
        let title = if title.is_empty() { "Plan".into() } else { title };
        let body = body(plan, &title, "")?;
        Ok((title, body))
    }

    /// An issue that has just been made.
    fn made(self, answer: Answer) -> Result<Self, PlanError> {
        self.see(Answer { address: self.address.clone(), etag: None, ..answer })?;
        Ok(self)
    }

    /// Takes in what GitHub answered.
    fn see(&self, answer: Answer) -> Result<Seen, PlanError> {
        let text = |name: &str| answer.body.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
        if !answer.body.is_object() {
            return Err(PlanError::one("GitHub answered no issue"));
        }
        let (title, body) = (text("title"), text("body"));
        let seen = Seen { address: answer.address, etag: answer.etag, title, body, sent: None };
        *self.seen() = Some(seen.clone());
        Ok(seen)
    }

    fn seen(&self) -> MutexGuard<'_, Option<Seen>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The issue as it is now.
    async fn look(&self) -> Result<Seen, PlanError> {
        let last = self.seen().clone();
        let address = last.as_ref().map_or(&self.address, |seen| &seen.address);
        let etag = last.as_ref().and_then(|seen| seen.etag.as_ref());
        let answer = self.github.send(Method::GET, address, etag, None).await?;
        last.filter(|_| !answer.fresh).map_or_else(|| self.see(answer), Ok)
    }

    async fn read(&self) -> Result<Plan, PlanError> {
        let seen = self.look().await?;
        let list = check_list(&seen.body)?.ok_or_else(|| {
            PlanError::one("it holds no plan: a check-list of items such as - [ ] find: Find the late orders")
        })?;
        let mut plan = Plan::from_markdown(&list)?;
        if plan.goal.is_empty() {
            plan.goal = seen.title;
        }
        Ok(plan)
    }

    async fn write(&self, plan: &Plan) -> Result<(), PlanError> {
        let before = self.seen().clone();
        let now = self.look().await?;
        let found = check_list(&now.body)?;
        let expected = match &before {
            Some(before) => [Some(&before.body), before.sent.as_ref()].into_iter().flatten().collect(),
            None => Vec::new(),
        };
        let mut ours = before.is_none() && found.is_none();
        for body in expected {
            ours |= check_list(body)?.as_deref().map(str::trim) == found.as_deref().map(str::trim);
        }
        if !ours {
            // What is there now is not what this plan came from; it stays so until it is loaded again.
            *self.seen() = before;
            let why = match *self.seen() {
                Some(_) => "somebody else has changed the plan in the issue; nothing was overwritten: load it again",
                None => "the issue holds a plan already; nothing was overwritten: load that one",
            };
            return Err(PlanError::one(why));
        }
        let body = body(plan, &now.title, &now.body)?;
        if body == now.body {
            return Ok(());
        }
        *self.seen() = Some(Seen { etag: None, sent: Some(body.clone()), ..now.clone() });
        let patch = json!({ "body": body });
        let answer = self.github.send(Method::PATCH, &now.address, None, Some(&patch)).await?;
        // Whether this tag is also that of the same issue when it is read, nobody says.
        self.see(Answer { etag: None, ..answer }).map(drop)
    }
}

/// The body with the plan in it.
fn body(plan: &Plan, title: &str, body: &str) -> Result<String, PlanError> {
    let list = if plan.goal == title { Plan { goal: String::new(), ..plan.clone() } } else { plan.clone() };
    let body = put(body, &list.to_markdown())?;
    let length = body.chars().count();
    if length > MAX_BODY {
        let message = format!(
            "with the plan the issue has {length} characters, and it holds {MAX_BODY}: keep the plan in a file, or let steps return less"
        );
        return Err(PlanError::one(message));
    }
    Ok(body)
}

impl Store for IssueStore {
    fn load(&self) -> Storing<'_, Plan> {
        Box::pin(async { self.read().await.map_err(|error| error.of(&self.name())) })
    }

    fn holds_plan(&self) -> Storing<'_, bool> {
        Box::pin(async {
            let seen = self.look().await?;
            check_list(&seen.body).map(|list| list.is_some())
        })
    }

    fn save<'a>(&'a self, plan: &'a Plan) -> Storing<'a, ()> {
        Box::pin(self.write(plan))
    }

    fn name(&self) -> String {
        format!("github:{}", self.name)
    }
}
