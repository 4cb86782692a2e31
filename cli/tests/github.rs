//! Plans in issues, against a server on this machine that answers as GitHub's REST API does.

#[allow(dead_code)]
#[path = "../../tests/stub/mod.rs"]
mod stub;

use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use ptc::model::Scripted;
use ptc::plan::{GitHub, IssueStore, Store};
use ptc::{Executor, Options, Plan};
use serde_json::{Value as Json, json};
use stub::{Act, Seen, Server, ok};

const TOKEN: &str = "ghp_t0pSecret";

const BODY: &str = "Who waits must be answered.\r\n\r\n- [ ] find: Find them\r\n  - output: {:ids [:int]}\r\n- [ ] write: Write to ctx/ids\r\n  - needs: ids\r\n\r\nThanks! @ann";

/// An issue, and what is to happen to the next requests for it instead of what usually does.
#[derive(Default)]
struct State {
    title: String,
    body: String,
    version: u32,
    instead: Vec<Act>,
}

/// A repository with one issue, number 7.
#[derive(Clone, Default)]
struct Tracker(Arc<Mutex<State>>);

impl Tracker {
    fn with(body: &str) -> (Self, Server) {
        let tracker = Self::default();
        tracker.set(|state| (state.title, state.body) = ("Answer those who wait".into(), body.into()));
        let answering = tracker.clone();
        (tracker, Server::answering(move |request| answering.answer(request)))
    }

    fn set(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.0.lock().unwrap();
        state.version += 1;
        change(&mut state);
    }

    /// What the next requests get, in order.
    fn instead(&self, acts: impl IntoIterator<Item = Act>) {
        self.0.lock().unwrap().instead.extend(acts);
    }

    fn body(&self) -> String {
        self.0.lock().unwrap().body.clone()
    }

    fn answer(&self, request: &Seen) -> Act {
        let mut state = self.0.lock().unwrap();
        if !state.instead.is_empty() {
            return state.instead.remove(0);
        }
        let etag = |version: u32| format!("\"v{version}\"");
        let (method, rest) = request.line.split_once(' ').unwrap();
        match (method, rest.split(' ').next().unwrap()) {
            ("GET", "/v1/repos/octo/demo/issues/7" | "/v1/repositories/1/issues/7") => {
                if request.headers.contains(&format!("if-none-match: {}", etag(state.version))) {
                    return Act::Answer("304 Not Modified", Vec::new(), String::new());
                }
                let headers = vec![format!("etag: {}", etag(state.version))];
                Act::Answer("200 OK", headers, issue(&state).to_string())
            }
            ("PATCH", "/v1/repos/octo/demo/issues/7" | "/v1/repositories/1/issues/7") => {
                state.body = request.body["body"].as_str().unwrap().into();
                state.version += 1;
                ok(issue(&state))
            }
            ("POST", "/v1/repos/octo/demo/issues") => {
                state.title = request.body["title"].as_str().unwrap().into();
                state.body = request.body["body"].as_str().unwrap().into();
                Act::Answer("201 Created", Vec::new(), issue(&state).to_string())
            }
            _ => refusal("404 Not Found", json!({"message": "Not Found"})),
        }
    }
}

fn issue(state: &State) -> Json {
    let body = if state.body.is_empty() { Json::Null } else { json!(state.body) };
    json!({"number": 7, "state": "open", "title": state.title, "body": body, "user": {"login": "ann"}})
}

fn refusal(status: &'static str, body: Json) -> Act {
    Act::Answer(status, Vec::new(), body.to_string())
}

fn github(server: &Server) -> GitHub {
    GitHub::new().base_url(&server.url).token(Some(TOKEN.into())).without_waiting()
}

fn seven(server: &Server) -> IssueStore {
    github(server).issue("octo/demo#7").unwrap()
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap().block_on(future)
}

/// Lines and headers of the requests.
fn lines(server: &Server) -> Vec<String> {
    server.seen.lock().unwrap().iter().map(|seen| seen.line.replace(" HTTP/1.1", "")).collect()
}

fn model() -> Scripted {
    Scripted::new(Vec::<String>::new())
        .process("main/find#1", ["(return {:ids [1 3]})"])
        .process("main/write#1", ["(return (str \"@everyone: \" (count ctx/ids) \" *done*, see #1\"))"])
}

#[test]
fn a_plan_is_read_worked_on_and_ticked_where_it_stands() {
    let (tracker, server) = Tracker::with(BODY);
    wait(async {
        let issue = Arc::new(seven(&server));
        let mut plan = issue.load().await.unwrap();
        assert_eq!(plan.goal, "Answer those who wait");
        plan.run(&Executor::new(Options::new(model())).save_to(issue.clone())).await.unwrap();
    });
    let list = "<!-- ptc plan -->\n- [x] find: Find them\n  - output: {:ids [:int]}\n  - result: {:ids [1 3]}\n  \
                - summary: {:ids [1 3]}\n- [x] write: Write to ctx/ids\n  - needs: ids\n  \
                - result: `\"@everyone: 2 *done*, see #1\"`\n  - summary: `\"\\\"@everyone: 2 *done*, see #1\\\"\"`\n<!-- /ptc plan -->";
    assert_eq!(tracker.body(), format!("Who waits must be answered.\r\n\r\n{list}\r\n\r\nThanks! @ann"));
    // Once to begin with, and once for each step.
    let (get, patch) = ("GET /v1/repos/octo/demo/issues/7", "PATCH /v1/repos/octo/demo/issues/7");
    assert_eq!(lines(&server), [get, get, patch, get, patch, get, patch]);
    let seen = server.seen.lock().unwrap();
    for request in seen.iter() {
        for header in [
            &*format!("authorization: Bearer {TOKEN}"),
            "accept: application/vnd.github+json",
            "x-github-api-version: 2022-11-28",
            concat!("user-agent: ptc/", env!("CARGO_PKG_VERSION")),
        ] {
            assert!(request.headers.iter().any(|sent| sent == header), "{header} is not in {:?}", request.headers);
        }
    }
    assert!(seen[1].headers.contains(&"if-none-match: \"v1\"".into()), "{:?}", seen[1].headers);
    assert_eq!(seen[2].body.as_object().unwrap().keys().collect::<Vec<_>>(), ["body"]);
    drop(seen);
    // What was written reads back, and is what a run goes on with.
    let plan = wait(seven(&server).load()).unwrap();
    assert!(plan.steps.iter().all(|step| step.done.is_some()), "{plan:?}");
}

#[test]
fn what_others_write_around_the_list_stays() {
    let (tracker, server) = Tracker::with(BODY);
    let issue = seven(&server);
    wait(async {
        let mut plan = issue.load().await.unwrap();
        issue.save(&plan).await.unwrap();
        let noted = format!("NOTE: hurry\n\n{}\n\n- [ ] and tell Bo", tracker.body());
        tracker.set(|state| state.body = noted);
        plan.steps[0].failed = Some("nobody was there".into());
        issue.save(&plan).await.unwrap();
    });
    let body = tracker.body();
    assert!(body.starts_with("NOTE: hurry\n\nWho waits must") && body.ends_with("Thanks! @ann\n\n- [ ] and tell Bo"));
    assert!(body.contains("  - failed: nobody was there\n"), "{body}");
}

#[test]
fn a_list_that_others_have_changed_is_not_overwritten() {
    let (tracker, server) = Tracker::with(BODY);
    let issue = seven(&server);
    wait(async {
        let mut plan = issue.load().await.unwrap();
        let changed = BODY.replace("- [ ] find", "- [x] find");
        tracker.set(|state| state.body = changed.clone());
        plan.steps[0].failed = Some("no".into());
        // As often as it is tried.
        for _ in 0..2 {
            let error = issue.save(&plan).await.unwrap_err().to_string();
            assert!(error.starts_with("somebody else has changed the plan"), "{error}");
        }
        assert_eq!(tracker.body(), changed);
        let theirs = issue.load().await.unwrap();
        issue.save(&theirs).await.unwrap();
        assert!(tracker.body().contains("- [x] find"));
        // Who has not read it does not know it.
        let error = seven(&server).save(&plan).await.unwrap_err().to_string();
        assert!(error.starts_with("the issue holds a plan already"), "{error}");
    });
    assert_eq!(lines(&server).iter().filter(|line| line.starts_with("PATCH")).count(), 1);
}

#[test]
fn a_change_by_others_ends_a_run_with_an_error() {
    let (tracker, server) = Tracker::with(BODY);
    let others = tracker.clone();
    let model = move |_: ptc::model::Request| {
        let changed = BODY.replace("Find them", "Find all of them");
        others.set(|state| state.body = changed);
        async { Ok::<_, ptc::model::ModelError>(ptc::model::Reply::text("(return {:ids [1]})")) }
    };
    let error = wait(async {
        let issue = Arc::new(seven(&server));
        let mut plan = issue.load().await.unwrap();
        let error = plan.run(&Executor::new(Options::new(model)).save_to(issue)).await;
        assert!(plan.steps[0].done.is_some() && plan.steps[1].done.is_none());
        match error {
            Ok(outcome) => panic!("it did not fail: {}", outcome.result),
            Err(error) => error,
        }
    });
    assert!(error.message.contains("cannot be saved: github:octo/demo#7: somebody else"), "{}", error.message);
    assert!(tracker.body().contains("Find all of them"));
}

#[test]
fn issues_without_a_plan_say_what_one_looks_like() {
    for (body, expected) in [
        ("", "github:octo/demo#7: it holds no plan: a check-list of items such as - [ ] find:"),
        ("- [ ] I have searched the other issues", "it holds no plan"),
        ("Hello\n\n- [ ] a: x\n  - neds: b", "github:octo/demo#7: line 4: a step has no field \"neds\""),
        ("- [ ] a: x\n\nor\n\n- [ ] b: y", "lines 1 and 5: two check-lists"),
    ] {
        let (_, server) = Tracker::with(body);
        let error = wait(seven(&server).load()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    // The first plan of an issue comes after what is there.
    let (tracker, server) = Tracker::with("Hello.\n");
    let plan = Plan::from_markdown("# Other\n\n- [ ] a: x\n").unwrap();
    wait(seven(&server).save(&plan)).unwrap();
    assert_eq!(tracker.body(), "Hello.\n\n<!-- ptc plan -->\n# Other\n\n- [ ] a: x\n<!-- /ptc plan -->");
    assert_eq!(wait(seven(&server).load()).unwrap(), plan);
}

#[test]
fn refusals_say_what_to_do_and_hold_no_token() {
    let validation = json!({"message": "Validation Failed", "errors": [
        {"resource": "Issue", "field": "body", "code": "custom", "message": "body is too long (maximum is 65536 characters)"},
        {"resource": "Issue", "field": "title", "code": "missing_field"}
    ]});
    let said = |message: &str| json!({"message": format!("{message} {TOKEN}"), "documentation_url": "https://…"});
    for (status, body, expected) in [
        ("401 Unauthorized", said("Bad credentials"), "401 Unauthorized: the token is wrong or has expired: Bad cred"),
        ("403 Forbidden", said("Resource not accessible"), "the permission Issues: read and write: Resource not"),
        ("404 Not Found", said("Not Found"), "it is not there, or the token may not see it"),
        ("410 Gone", said("This issue was deleted"), "it was deleted, or the repository has no issues"),
        ("422 Unprocessable Entity", validation, "does not take what was sent: Validation Failed; body is too long"),
        ("500 Internal Server Error", said("Oops"), "GitHub answered 500 Internal Server Error: Oops ***"),
        ("418 I'm a teapot", json!("short and stout"), "GitHub answered 418 I'm a teapot"),
        ("200 OK", json!([1]), "GitHub answered no issue"),
    ] {
        let server = Server::start(vec![refusal(status, body)]);
        let error = wait(seven(&server).load()).unwrap_err().to_string();
        assert!(error.starts_with("github:octo/demo#7: ") && error.contains(expected), "{error}");
        assert!(!error.contains(TOKEN), "{error}");
        assert_eq!(server.requests(), if status.starts_with("500") { 4 } else { 1 }, "{status}");
    }
    let server = Server::start(vec![Act::Answer("200 OK", vec!["content-type: text/html".into()], "<html>".into())]);
    assert!(wait(seven(&server).load()).unwrap_err().to_string().contains("answered what is no JSON"));
    let none = GitHub::new().base_url(&Server::start(vec![refusal("404 Not Found", Json::Null)]).url);
    let error = wait(none.issue("octo/demo#7").unwrap().load()).unwrap_err().to_string();
    assert!(error.contains("only for those with a token (GITHUB_TOKEN)"), "{error}");
}

#[test]
fn rate_limits_are_waited_for_if_they_are_short() {
    let limit = |status, headers: &[&str], message: &str| {
        let headers = headers.iter().map(|header| (*header).into()).collect();
        Act::Answer(status, headers, json!({ "message": message }).to_string())
    };
    let (tracker, server) = Tracker::with(BODY);
    tracker.instead([
        limit("429 Too Many Requests", &["retry-after: 1"], "wait"),
        limit("403 Forbidden", &["x-ratelimit-remaining: 0", "x-ratelimit-reset: 1"], "API rate limit exceeded"),
        limit("403 Forbidden", &[], "You have exceeded a secondary rate limit."),
    ]);
    wait(seven(&server).load()).unwrap();
    assert_eq!(server.requests(), 4);

    let later = seconds_since_1970() + 3600;
    let reset = format!("x-ratelimit-reset: {later}");
    for (act, expected) in [
        (limit("403 Forbidden", &["x-ratelimit-remaining: 0", &reset], "spent"), "try again in 36"),
        (limit("429 Too Many Requests", &["retry-after: 300"], "slow"), "try again in 300 s: slow"),
        (limit("403 Forbidden", &[], "a secondary rate limit"), "try again in 60 s"),
    ] {
        let server = Server::start(vec![act]);
        let issue = github(&server).longest_wait(Duration::from_secs(59)).issue("octo/demo#7").unwrap();
        let error = wait(issue.load()).unwrap_err().to_string();
        assert!(error.contains(&format!("the rate limit is reached; {expected}")), "{error}");
        assert_eq!(server.requests(), 1);
    }
}

fn seconds_since_1970() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn redirects_are_followed_on_the_same_host() {
    let moved = |status| Act::Answer(status, vec!["location: /v1/repositories/1/issues/7".into()], String::new());
    let (tracker, server) = Tracker::with(BODY);
    tracker.instead([moved("301 Moved Permanently")]);
    let issue = seven(&server);
    wait(async {
        let mut plan = issue.load().await.unwrap();
        plan.steps[0].failed = Some("no".into());
        tracker.instead([moved("307 Temporary Redirect"), moved("307 Temporary Redirect")]);
        issue.save(&plan).await.unwrap();
    });
    assert!(tracker.body().contains("failed: no"));
    let new = "/v1/repositories/1/issues/7";
    let expected = [
        "GET /v1/repos/octo/demo/issues/7".to_owned(),
        format!("GET {new}"),
        // Once it is known, it is asked where it is.
        format!("GET {new}"),
        format!("GET {new}"),
        format!("GET {new}"),
        format!("PATCH {new}"),
    ];
    assert_eq!(lines(&server), expected);

    let elsewhere = Server::start(vec![ok("{}")]);
    let away = Act::Answer("301 Moved Permanently", vec![format!("location: {}/x", elsewhere.url)], String::new());
    for (act, expected) in [
        (away, "another host, which is not followed"),
        (moved("302 Found"), "too many redirects"),
        (Act::Answer("301 Moved Permanently", Vec::new(), String::new()), "a redirect to nowhere"),
    ] {
        let server = Server::start(vec![act]);
        let error = wait(seven(&server).load()).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    assert_eq!(elsewhere.requests(), 0, "the token goes nowhere else");
}

#[test]
fn what_broke_off_is_sent_again_and_is_no_change_by_others() {
    let (tracker, server) = Tracker::with(BODY);
    let issue = seven(&server);
    wait(async {
        let mut plan = issue.load().await.unwrap();
        plan.steps[0].failed = Some("once".into());
        tracker.instead([Act::Break, refusal("502 Bad Gateway", Json::Null)]);
        issue.save(&plan).await.unwrap();
        assert!(tracker.body().contains("failed: once"));

        // It is written, but all answers are lost.
        plan.steps[0].failed = Some("twice".into());
        let written = tracker.body().replace("once", "twice");
        let (_, body) = (tracker.instead([ok(issue_with(&tracker.body()))]), written);
        tracker.instead(vec![Act::Break; 4]);
        assert!(issue.save(&plan).await.is_err());
        tracker.set(|state| state.body = body);
        plan.steps[0].failed = Some("thrice".into());
        issue.save(&plan).await.unwrap();
        assert!(tracker.body().contains("failed: thrice"));
    });
}

fn issue_with(body: &str) -> Json {
    json!({"number": 7, "title": "Answer those who wait", "body": body})
}

#[test]
fn what_an_issue_cannot_hold_is_not_sent() {
    let (tracker, server) = Tracker::with(BODY);
    let issue = seven(&server);
    wait(async {
        let mut plan = issue.load().await.unwrap();
        plan.steps[0].failed = Some("é".repeat(70_000));
        let error = issue.save(&plan).await.unwrap_err().to_string();
        assert!(error.contains("characters, and it holds 65536: keep the plan in a file"), "{error}");
    });
    assert_eq!(tracker.body(), BODY);
}

#[test]
fn an_issue_is_made_once() {
    let (tracker, server) = Tracker::with("");
    let plan = Plan::from_markdown("# Ship it\n\n- [ ] a: x\n").unwrap();
    let issue = wait(github(&server).create("octo/demo", &plan)).unwrap();
    assert_eq!(
        (issue.name(), lines(&server)),
        ("github:octo/demo#7".into(), vec!["POST /v1/repos/octo/demo/issues".into()])
    );
    assert_eq!(tracker.body(), "<!-- ptc plan -->\n- [ ] a: x\n<!-- /ptc plan -->");
    // It is known what it holds, so that it can be worked on.
    wait(issue.save(&Plan { goal: "Ship it".into(), ..plan.clone() })).unwrap();
    assert_eq!(wait(issue.load()).unwrap(), plan);

    for act in [refusal("502 Bad Gateway", Json::Null), Act::Break] {
        let server = Server::start(vec![act]);
        wait(github(&server).create("octo/demo", &plan)).unwrap_err();
        assert_eq!(server.requests(), 1, "nobody knows whether it was made");
    }
    for wrong in ["octo", "octo/..", "../..", "octo/demo/x", "octo/de mo", "/", "octo/"] {
        let error = wait(github(&server).create(wrong, &plan)).unwrap_err().to_string();
        assert!(error.starts_with("a repository is named OWNER/REPO"), "{error}");
    }
    for wrong in ["octo/demo", "octo/demo#x", "octo/demo#-1", "octo/demo#"] {
        let error = GitHub::new().issue(wrong).unwrap_err().to_string();
        assert!(error.starts_with("an issue is named OWNER/REPO#NUMBER"), "{error}");
    }
    let odd = GitHub::new().base_url("mailto:x").issue("a/b#1").unwrap_err().to_string();
    assert!(odd.starts_with("GitHub's address cannot be used"), "{odd}");
}

// The command

struct Ran {
    status: Option<i32>,
    text: String,
}

/// Runs the command in a folder of its own, with the token in its environment.
fn ptc(server: &Server, folder: &str, arguments: &[&str]) -> Ran {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_ptc"))
        .args(arguments)
        .current_dir(&folder)
        .env("GITHUB_TOKEN", TOKEN)
        .env("GITHUB_API_URL", &server.url)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    assert!(!text.contains(TOKEN), "{text}");
    Ran { status: output.status.code(), text }
}

#[test]
fn the_command_works_on_issues_as_on_files() {
    let (tracker, server) = Tracker::with(BODY);
    let folder = "github-command";
    let run = |arguments: &[&str]| ptc(&server, folder, arguments);
    let there = run(&["plan", "check", "github:octo/demo#7"]);
    assert_eq!((there.status, &*there.text), (Some(0), "github:octo/demo#7: 2 steps, 0 of them done\n"));

    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    let script = |name: &str, json: Json| std::fs::write(path.join(name), json.to_string()).unwrap();
    script("first.json", json!({"main/find#1": ["(return {:ids [1 3]})"], "main/write#1": ["(fail :tired)"]}));
    script("second.json", json!({"main/write#1": ["(return (count ctx/ids))"]}));
    let trace = path.join("trace.jsonl");
    let trace = trace.to_str().unwrap();
    let first = run(&["plan", "run", "github:octo/demo#7", "--script", "first.json", "--trace", trace]);
    assert_eq!(first.status, Some(1), "{}", first.text);
    assert!(first.text.contains("ptc plan resume github:octo/demo#7 goes on"), "{}", first.text);
    assert!(!std::fs::read_to_string(trace).unwrap().contains(TOKEN));
    assert!(tracker.body().contains("- [x] find") && tracker.body().contains("  - failed: "), "{}", tracker.body());
    let begun = run(&["plan", "run", "github:octo/demo#7", "--script", "second.json"]);
    assert!(begun.status == Some(2) && begun.text.contains("has been begun"), "{}", begun.text);
    let second = run(&["plan", "resume", "github:octo/demo#7", "--script", "second.json", "--json"]);
    assert_eq!(second.status, Some(0), "{}", second.text);
    assert!(tracker.body().starts_with("Who waits") && tracker.body().contains("- [x] write"), "{}", tracker.body());
}

#[test]
fn what_cannot_be_written_into_the_issue_is_kept_in_a_file() {
    let (tracker, server) = Tracker::with(BODY);
    let folder = "github-kept";
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    std::fs::remove_dir_all(&path).ok();
    std::fs::create_dir_all(&path).unwrap();
    std::fs::write(path.join("s.json"), json!({"main/find#1": ["(return {:ids [1]})"]}).to_string()).unwrap();
    // What it is asked first is what it read; then somebody changes it.
    let gone = BODY.replace("Write to", "Ring up");
    tracker.set(|state| state.body = gone);
    tracker.instead([ok(issue_with(BODY)), ok(issue_with(BODY)), ok(issue_with(BODY))]);
    let ran = ptc(&server, folder, &["plan", "run", "github:octo/demo#7", "--script", "s.json"]);
    assert_eq!(ran.status, Some(2), "{}", ran.text);
    let file = ran.text.split("what is done is in ").nth(1).and_then(|rest| rest.split(';').next()).unwrap();
    assert!(file.starts_with("github-octo-demo-7-"), "{}", ran.text);
    let kept = Plan::load(&path.join(file)).unwrap();
    assert!(kept.steps[0].done.is_some() && kept.steps[1].task == "Write to ctx/ids", "{kept:?}");
    assert!(tracker.body().contains("Ring up"), "{}", tracker.body());
}

#[test]
fn plans_are_copied_between_files_and_issues() {
    let (tracker, server) = Tracker::with("Hello.");
    let run = |arguments: &[&str]| ptc(&server, "github-copy", arguments);
    let path = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("github-copy");
    std::fs::create_dir_all(&path).unwrap();
    std::fs::remove_file(path.join("other.json")).ok();
    std::fs::write(path.join("plan.md"), "# Ship it\n\n- [ ] a: x\n").unwrap();
    let copied = run(&["plan", "copy", "plan.md", "github:octo/demo#7"]);
    assert_eq!((copied.status, &*copied.text), (Some(0), "github:octo/demo#7: 1 steps\n"));
    assert!(tracker.body().starts_with("Hello.\n\n<!-- ptc plan -->\n# Ship it"), "{}", tracker.body());
    let again = run(&["plan", "copy", "plan.md", "github:octo/demo#7"]);
    assert!(again.status == Some(2) && again.text.contains("holds a plan already; --replace"), "{}", again.text);
    std::fs::write(path.join("plan.md"), "- [ ] b: y\n").unwrap();
    assert_eq!(run(&["plan", "copy", "plan.md", "github:octo/demo#7", "--replace"]).status, Some(0));
    assert!(tracker.body().starts_with("Hello.\n\n<!-- ptc plan -->\n- [ ] b: y\n"), "{}", tracker.body());
    let back = run(&["plan", "copy", "github:octo/demo#7", "other.json"]);
    assert_eq!((back.status, &*back.text), (Some(0), "other.json: 1 steps\n"));
    assert_eq!(run(&["plan", "copy", "github:octo/demo#7", "other.json"]).status, Some(2));
    let new = run(&["plan", "copy", "plan.md", "github:octo/demo"]);
    assert_eq!((new.status, &*new.text), (Some(0), "github:octo/demo#7: 1 steps\n"));
    assert_eq!(tracker.0.lock().unwrap().title, "Plan");
    let nowhere = run(&["plan", "copy", "plan.md", "github:octo/none#1"]);
    assert!(nowhere.status == Some(1) && nowhere.text.contains("404 Not Found"), "{}", nowhere.text);
}
