//! Recordings: what a model really answered, kept in a file and played again.

use std::collections::{HashMap, VecDeque};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Answer, Answering, Message, Model, ModelError, ModelErrorKind, Reply, Request, Role, Samples};

/// The format of the lines.
const VERSION: u64 = 1;

/// One exchange, as a line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Exchange {
    version: u64,
    /// The hash of path, turn and request.
    key: String,
    path: String,
    turn: u32,
    request: Asked,
    #[serde(flatten)]
    answer: Answer,
}

/// What a program was told of clock or chance, as a line of the file.
#[derive(Debug, Serialize, Deserialize)]
struct Sampled {
    version: u64,
    path: String,
    turn: u32,
    /// `clock` or `chance`.
    sample: String,
    value: i64,
}

/// A line of the file.
enum Line {
    Exchange(Box<Exchange>),
    Sampled(Sampled),
}

/// The part of a request that shapes the answer. Timeouts do not, and headers may hold keys.
#[derive(Debug, Serialize, Deserialize)]
struct Asked {
    system: Arc<str>,
    messages: Vec<Message>,
    options: Map<String, Value>,
}

impl Asked {
    fn from_request(request: &Request) -> Self {
        let mut options = request.options.extra.clone();
        options.extend(request.options.max_tokens.map(|most| ("max_tokens".into(), json!(most))));
        options.extend(request.options.temperature.map(|degree| ("temperature".into(), json!(degree))));
        options.sort_keys();
        options.values_mut().for_each(Value::sort_all_objects);
        Self { system: request.system.clone(), messages: request.messages.clone(), options }
    }

    /// The hash by which an equal request finds its answer.
    fn key(&self, path: &str, turn: u32) -> String {
        let Self { system, messages, options } = self;
        let text = json!([path, turn, system, messages, options]).to_string();
        format!("{:032x}", fnv1a(text.as_bytes()))
    }

    /// The first thing in which the request `asked` differs from this one, if any.
    fn difference(&self, asked: &Self) -> Option<String> {
        if self.system != asked.system {
            return Some(format!("the system prompt differs: {}", contrast(&self.system, &asked.system)));
        }
        let mut pairs = self.messages.iter().zip(&asked.messages).zip(1..);
        if let Some(((recorded, asked), number)) = pairs.find(|((recorded, asked), _)| recorded != asked) {
            let told = match (recorded.role, asked.role) {
                (Role::User, Role::User) | (Role::Assistant, Role::Assistant) => {
                    contrast(&recorded.content, &asked.content)
                }
                (Role::User, Role::Assistant) => "recorded the user's, asked the assistant's".into(),
                (Role::Assistant, Role::User) => "recorded the assistant's, asked the user's".into(),
            };
            return Some(format!("message {number} differs: {told}"));
        }
        if self.messages.len() != asked.messages.len() {
            let (recorded, asked) = (self.messages.len(), asked.messages.len());
            return Some(format!("the number of messages differs: recorded {recorded}, asked {asked}"));
        }
        let names = self.options.keys().chain(asked.options.keys());
        let name = names.into_iter().find(|name| self.options.get(*name) != asked.options.get(*name))?;
        let show = |options: &Map<String, Value>| options.get(name).map_or("nothing".into(), Value::to_string);
        Some(format!("option {name} differs: {}", contrast(&show(&self.options), &show(&asked.options))))
    }
}

/// The first thing in which a request's system prompt and messages differ from those that were recorded, if any.
pub(crate) fn difference(recorded: (Arc<str>, Vec<Message>), asked: (Arc<str>, Vec<Message>)) -> Option<String> {
    let of = |(system, messages)| Asked { system, messages, options: Map::new() };
    of(recorded).difference(&of(asked))
}

/// Both texts around the first place where they differ.
pub(crate) fn contrast(recorded: &str, asked: &str) -> String {
    const BEFORE: usize = 20;
    const SHOWN: usize = 70;
    let same = recorded.chars().zip(asked.chars()).take_while(|(one, other)| one == other).count();
    let start = same.saturating_sub(BEFORE);
    let part = |text: &str| {
        let shown: String = text.chars().skip(start).take(SHOWN).collect();
        let before = if start > 0 { "…" } else { "" };
        let after = if text.chars().nth(start + SHOWN).is_some() { "…" } else { "" };
        format!("{before}{shown:?}{after}")
    };
    format!("recorded {}, asked {}", part(recorded), part(asked))
}

/// FNV-1a of 128 bits: the same on every machine and in every version, which the standard library's hash is not.
fn fnv1a(bytes: &[u8]) -> u128 {
    const BASIS: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(BASIS, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

/// A model that hands on what another one answers and writes it down, to be played by [`Recorded`].
///
/// The file holds one line of JSON for each exchange, written as it happens, and one for what a program is told of the clock and
/// of chance. Headers and timeouts are left out. Put a
/// [`Retry`](super::Retry) inside, so that what is recorded is what came of it in the end.
///
/// ```
/// use ptc::model::{Model, Recorded, CassetteRecorder, Request, Scripted};
///
/// # let file = std::env::temp_dir().join(format!("ptc-recorder-{}.jsonl", std::process::id()));
/// let runtime = tokio::runtime::Builder::new_current_thread().build()?;
/// let request = Request::new("be brief").user("hi");
///
/// let recorder = CassetteRecorder::new(Scripted::new(["hello"]), &file)?;
/// let live = runtime.block_on(recorder.reply(request.clone()))?;
///
/// let played = runtime.block_on(Recorded::load(&file)?.reply(request))?;
/// assert_eq!(played, live);
/// # std::fs::remove_file(file)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct CassetteRecorder<M> {
    model: M,
    tape: Arc<Tape>,
}

#[derive(Debug)]
struct Tape {
    name: String,
    file: Mutex<File>,
}

impl<M: Model> CassetteRecorder<M> {
    /// Begins a recording in a new file, or over an older recording.
    ///
    /// # Errors
    /// When the file cannot be written, or holds something that is no recording.
    pub fn new(model: M, path: impl AsRef<Path>) -> Result<Self, CassetteError> {
        let name = path.as_ref().display().to_string();
        let unfit = |source| CassetteError::File { file: name.clone(), source };
        if !may_overwrite(path.as_ref()).map_err(unfit)? {
            return Err(CassetteError::Overwrite { file: name });
        }
        let file = File::create(&path).map_err(unfit)?;
        Ok(Self { model, tape: Arc::new(Tape { name, file: Mutex::new(file) }) })
    }

    /// Another model, recorded in the same file: for sub-agents that ask one of their own.
    #[must_use]
    pub fn another<N: Model>(&self, model: N) -> CassetteRecorder<N> {
        CassetteRecorder { model, tape: self.tape.clone() }
    }
}

/// Whether nothing is lost by a recording there but another one: a mistyped name must not cost a file.
fn may_overwrite(path: &Path) -> io::Result<bool> {
    const START: &[u8] = br#"{"version":"#;
    let mut start = [0; START.len()];
    match File::open(path) {
        Ok(mut file) if file.metadata()?.len() > 0 => match file.read_exact(&mut start) {
            Ok(()) => Ok(start == START),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
            Err(error) => Err(error),
        },
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(true),
        Err(error) => Err(error),
    }
}

impl Tape {
    fn write(&self, entry: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(entry)?;
        line.push(b'\n');
        // One call for the whole line, which blocks no longer than handing it to the operating system takes.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        file.write_all(&line)?;
        file.flush()
    }
}

impl<M: Model> Model for CassetteRecorder<M> {
    fn reply(&self, request: Request) -> Answering<'_> {
        Box::pin(async move {
            let asked = Asked::from_request(&request);
            let (path, turn) = (request.path.clone(), request.turn);
            let answer = Answer::from(self.model.reply(request).await);
            let exchange =
                Exchange { version: VERSION, key: asked.key(&path, turn), path, turn, request: asked, answer };
            match self.tape.write(&exchange) {
                Ok(()) => exchange.answer.into(),
                Err(error) => Err(other(format!("cannot write to the recording {}: {error}", self.tape.name))),
            }
        })
    }

    fn name(&self) -> String {
        self.model.name()
    }

    fn pass_over(&self, request: &Request) {
        self.model.pass_over(request);
    }

    fn samples(&self) -> Option<&dyn Samples> {
        Some(&*self.tape)
    }
}

impl Samples for Tape {
    fn sample(&self, (path, turn): (&str, u32), source: &str, live: &dyn Fn() -> i64) -> i64 {
        let value = live();
        // A file that can no longer be written fails the next reply.
        let _ = self.write(&Sampled { version: VERSION, path: path.into(), turn, sample: source.into(), value });
        value
    }
}

/// A model that plays a recording: to an equal request it gives the recorded answer, and to one asked several times
/// the recorded answers in their order. See [`CassetteRecorder`].
#[derive(Debug)]
pub struct Recorded {
    file: String,
    exchanges: Vec<Exchange>,
    /// For each key the exchanges that have it, and how many of them have been played.
    places: Mutex<HashMap<String, (Vec<usize>, usize)>>,
    /// What programs were told, by process, turn and source, in order.
    samples: Mutex<HashMap<(String, u32, String), VecDeque<i64>>>,
}

impl Recorded {
    /// Reads a recording.
    ///
    /// ```
    /// use ptc::model::Recorded;
    ///
    /// # let file = std::env::temp_dir().join(format!("ptc-recorded-{}.jsonl", std::process::id()));
    /// std::fs::write(&file, r#"{"version":1,"key":"6f"#)?;
    /// let error = Recorded::load(&file).unwrap_err();
    /// assert!(error.to_string().contains("line 1: cut off"));
    /// # std::fs::remove_file(file)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// When the file cannot be read, or a line of it is cut off, no recorded exchange or of another version.
    pub fn load(path: impl AsRef<Path>) -> Result<Self, CassetteError> {
        let file = path.as_ref().display().to_string();
        let text =
            std::fs::read_to_string(&path).map_err(|source| CassetteError::File { file: file.clone(), source })?;
        let mut exchanges = Vec::new();
        let mut samples: HashMap<(String, u32, String), VecDeque<i64>> = HashMap::new();
        let mut places: HashMap<String, (Vec<usize>, usize)> = HashMap::new();
        for (index, line) in text.split_inclusive('\n').enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let entry = read(line).map_err(|reason| CassetteError::Line {
                file: file.clone(),
                line: index + 1,
                reason: if line.ends_with('\n') {
                    reason
                } else {
                    format!("cut off ({reason}); without it the rest plays")
                },
            })?;
            match entry {
                Line::Exchange(exchange) => {
                    places.entry(exchange.key.clone()).or_default().0.push(exchanges.len());
                    exchanges.push(*exchange);
                }
                Line::Sampled(Sampled { path, turn, sample, value, .. }) => {
                    samples.entry((path, turn, sample)).or_default().push_back(value);
                }
            }
        }
        Ok(Self { file, exchanges, places: Mutex::new(places), samples: Mutex::new(samples) })
    }

    fn play(&self, request: &Request) -> Result<Reply, ModelError> {
        let asked = Asked::from_request(request);
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        let reason = match places.get_mut(&asked.key(&request.path, request.turn)) {
            Some((found, played)) => match found.get(*played).and_then(|index| self.exchanges.get(*index)) {
                Some(exchange) => {
                    *played += 1;
                    return exchange.answer.clone().into();
                }
                None => format!("it was recorded {} and is asked once more", times(found.len())),
            },
            None => self.nearest(&request.path, request.turn, &asked),
        };
        Err(other(format!(
            "the recording {} has no answer for {}, turn {}: {reason}",
            self.file, request.path, request.turn
        )))
    }

    /// Why no exchange fits, told by the one of the same process and turn.
    fn nearest(&self, path: &str, turn: u32, asked: &Asked) -> String {
        let of_path = || self.exchanges.iter().filter(|exchange| exchange.path == path);
        match of_path().find(|exchange| exchange.turn == turn) {
            Some(exchange) => exchange.request.difference(asked).unwrap_or_else(|| {
                "its request is the same, but its key is another's: the file was changed by hand".into()
            }),
            None => match of_path().map(|exchange| exchange.turn).max() {
                Some(last) => format!("its last turn of {path} is {last}"),
                None => format!("it holds nothing of {path}"),
            },
        }
    }
}

impl Model for Recorded {
    fn reply(&self, request: Request) -> Answering<'_> {
        Box::pin(async move { self.play(&request) })
    }

    fn name(&self) -> String {
        "recorded".into()
    }

    fn pass_over(&self, request: &Request) {
        let _ = self.play(request);
    }

    fn samples(&self) -> Option<&dyn Samples> {
        Some(self)
    }
}

impl Samples for Recorded {
    fn sample(&self, (path, turn): (&str, u32), source: &str, live: &dyn Fn() -> i64) -> i64 {
        let mut samples = self.samples.lock().unwrap_or_else(PoisonError::into_inner);
        let told = samples.get_mut(&(path.to_owned(), turn, source.to_owned())).and_then(VecDeque::pop_front);
        told.unwrap_or_else(live)
    }
}

fn read(line: &str) -> Result<Line, String> {
    let value: Value = serde_json::from_str(line).map_err(|error| format!("not JSON: {error}"))?;
    match value.get("version").map(|version| (version, version.as_u64())) {
        Some((_, Some(VERSION))) => {
            let wrong = |error| format!("not a recorded exchange: {error}");
            match value.get("sample") {
                Some(_) => serde_json::from_value(value).map(Line::Sampled).map_err(wrong),
                None => serde_json::from_value(value).map(Line::Exchange).map_err(wrong),
            }
        }
        Some((version, _)) => Err(format!("its version is {version}, this program reads version {VERSION}")),
        None => Err("not a recorded exchange: it has no version".into()),
    }
}

fn times(count: usize) -> String {
    if count == 1 { "once".into() } else { format!("{count} times") }
}

fn other(message: String) -> ModelError {
    ModelError::new(ModelErrorKind::Other, message)
}

/// Why a recording cannot be begun or played.
#[derive(Debug, thiserror::Error)]
pub enum CassetteError {
    /// The file cannot be read or written.
    #[error("recording {file}: {source}")]
    File {
        /// The file, as it was given.
        file: String,
        /// What the operating system says.
        source: io::Error,
    },
    /// A line of it cannot be used.
    #[error("recording {file}, line {line}: {reason}")]
    Line {
        /// The file, as it was given.
        file: String,
        /// The line, from 1.
        line: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// A recording was to begin in a file that holds something else.
    #[error("recording {file}: the file is there and is no recording; it is left as it was")]
    Overwrite {
        /// The file, as it was given.
        file: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_the_published_one() {
        assert_eq!(fnv1a(b""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(fnv1a(b"a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }

    #[test]
    fn keys_do_not_change_between_versions() {
        let mut request = Request::new("be brief").user("hi");
        request.options.max_tokens = Some(100);
        request.options.extra = json!({"b": {"y": 1, "x": 2}, "a": 1}).as_object().cloned().unwrap();
        let key = Asked::from_request(&request).key("main", 1);
        assert_eq!(key, "51ab072cbfc9ea91126d030102cbd50f");
        request.options.extra = json!({"a": 1, "b": {"x": 2, "y": 1}}).as_object().cloned().unwrap();
        request.options.timeout = Some(std::time::Duration::from_secs(1));
        assert_eq!(Asked::from_request(&request).key("main", 1), key);
    }

    #[test]
    fn contrasts_show_where_texts_part() {
        assert_eq!(contrast("one", "two"), r#"recorded "one", asked "two""#);
        let (one, other) = (format!("{}x", "é".repeat(50)), format!("{}{}", "é".repeat(50), "y".repeat(99)));
        let (same, y) = ("é".repeat(20), "y".repeat(50));
        assert_eq!(contrast(&one, &other), format!(r#"recorded …"{same}x", asked …"{same}{y}"…"#));
    }
}
