//! A server on this machine that plays what providers answer, and remembers what it was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use serde_json::Value;

/// What the server does with one connection.
#[derive(Clone)]
pub enum Act {
    /// Answers with a status line, headers and a body.
    Answer(&'static str, Vec<String>, String),
    /// Begins an answer with this and says no more.
    Hang(&'static str),
    /// Promises more than it sends.
    Break,
    /// Answers with these bytes, and hangs up.
    Raw(Vec<u8>),
    /// Answers with these bytes, one after the other, as long as somebody listens.
    Drip(Vec<u8>),
    /// Streams these pieces; then it ends, or breaks off in the midst of a chunk.
    Stream(Vec<Vec<u8>>, bool),
}

pub fn ok(body: impl ToString) -> Act {
    Act::Answer("200 OK", Vec::new(), body.to_string())
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    pub line: String,
    pub headers: Vec<String>,
    pub body: Value,
}

pub struct Server {
    pub url: String,
    pub seen: Arc<Mutex<Vec<Seen>>>,
}

impl Server {
    /// A server that plays the acts in order, the last one forever.
    pub fn start(acts: Vec<Act>) -> Self {
        let last = acts.last().cloned().unwrap();
        let mut acts = acts.into_iter().chain(std::iter::repeat(last));
        Self::answering(move |_| acts.next().unwrap())
    }

    /// A server that answers each request with what this function makes of it.
    pub fn answering(mut act: impl FnMut(&Seen) -> Act + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let record = seen.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let heard = hear(&stream);
                record.lock().unwrap().push(heard.clone());
                // A client that has heard enough hangs up, which is no concern of the server's.
                match act(&heard) {
                    Act::Answer(line, headers, body) => drop(answer(&mut stream, line, &headers, &body)),
                    Act::Hang(start) => drop(thread::spawn(move || {
                        stream.write_all(start.as_bytes()).ok();
                        thread::sleep(Duration::from_secs(30));
                        drop(stream);
                    })),
                    Act::Break => drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{")),
                    Act::Raw(bytes) => drop(stream.write_all(&bytes)),
                    Act::Drip(bytes) => drop(thread::spawn(move || {
                        for byte in bytes {
                            if stream.write_all(&[byte]).is_err() {
                                return;
                            }
                            thread::sleep(Duration::from_millis(20));
                        }
                    })),
                    Act::Stream(pieces, whole) => drop(pour(&mut stream, &pieces, whole)),
                }
            }
        });
        Self { url, seen }
    }

    pub fn requests(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// What it was asked first.
    pub fn first(&self) -> Seen {
        self.seen.lock().unwrap().first().cloned().unwrap()
    }
}

fn hear(stream: &TcpStream) -> Seen {
    let mut reader = BufReader::new(stream);
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_owned());
    }
    let length = lines.iter().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let body = if body.is_empty() { Value::Null } else { serde_json::from_slice(&body).unwrap() };
    Seen { line: lines.remove(0), headers: lines, body }
}

fn answer(stream: &mut TcpStream, line: &str, headers: &[String], body: &str) -> std::io::Result<()> {
    write!(stream, "HTTP/1.1 {line}\r\ncontent-length: {}\r\nconnection: close\r\n", body.len())?;
    for header in headers {
        write!(stream, "{header}\r\n")?;
    }
    write!(stream, "\r\n{body}")
}

fn pour(stream: &mut TcpStream, pieces: &[Vec<u8>], whole: bool) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let headers = "content-type: text/event-stream\r\ntransfer-encoding: chunked\r\nconnection: close";
    write!(stream, "HTTP/1.1 200 OK\r\n{headers}\r\n\r\n")?;
    for piece in pieces.iter().filter(|piece| !piece.is_empty()) {
        write!(stream, "{:x}\r\n", piece.len())?;
        stream.write_all(piece)?;
        write!(stream, "\r\n")?;
        stream.flush()?;
    }
    write!(stream, "{}", if whole { "0\r\n\r\n" } else { "ff\r\n" })
}
