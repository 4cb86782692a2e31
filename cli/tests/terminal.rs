//! `ptc repl` at a terminal, which `script` plays: lines that are open, completion, Ctrl-C, history.
#![cfg(target_os = "linux")]

use std::io::{Read as _, Write as _};
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use std::{env, fs, process, thread};

/// A session at a terminal, and what it has shown so far.
struct Terminal {
    child: process::Child,
    shown: mpsc::Receiver<String>,
    text: String,
}

impl Terminal {
    /// Types something and waits until the terminal shows something after it.
    fn types(&mut self, keys: &str, shows: &str) {
        let before = self.text.len();
        self.child.stdin.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
        let started = Instant::now();
        while !self.text[before..].contains(shows) {
            assert!(started.elapsed().as_secs() < 20, "{shows:?} is not shown after {keys:?}:\n{}", self.text);
            if let Ok(more) = self.shown.recv_timeout(Duration::from_millis(100)) {
                self.text.push_str(&more);
            }
        }
    }
}

#[test]
fn a_session_at_a_terminal() {
    if Command::new("script").arg("--version").output().is_err() {
        println!("not run: there is no command script, which plays a terminal");
        return;
    }
    let home = env::temp_dir().join(format!("ptc-terminal-{}", process::id()));
    fs::create_dir_all(&home).unwrap();
    let command = format!("{} repl --max-time 60s --max-steps 1000000000000", env!("CARGO_BIN_EXE_ptc"));
    let mut child = Command::new("script")
        .args(["-q", "-f", "-c", &command, "/dev/null"])
        .env("XDG_STATE_HOME", &home)
        .env("TERM", "xterm")
        .env("NO_COLOR", "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut out = child.stdout.take().unwrap();
    let (sender, shown) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = [0; 4096];
        while let Ok(count @ 1..) = out.read(&mut bytes) {
            let _ = sender.send(String::from_utf8_lossy(&bytes[..count]).into_owned());
        }
    });
    let mut terminal = Terminal { child, shown, text: String::new() };
    terminal.types("", "ptc> ");
    terminal.types("(def total [1 2\r3])\r", "#'user/total");
    terminal.types("(partition-al\t", "partition-all");
    terminal.types(" 2 tot\t)\r", "((1 2) (3))");
    terminal.types("[:begun (while true)]\r", "\n");
    thread::sleep(Duration::from_millis(300));
    terminal.types("\x03", "ptc> ");
    assert!(terminal.text.contains("the host cancelled the program"), "{}", terminal.text);
    terminal.types("(half\x03", "ends the session");
    terminal.types("(+ 40 2)\r", "42");
    terminal.types("\x04", "");
    assert!(terminal.child.wait().unwrap().success());
    let history = fs::read_to_string(home.join("ptc/history")).unwrap();
    assert!(history.contains("(+ 40 2)") && history.contains("[:begun"), "{history}");
    fs::remove_dir_all(home).unwrap();
}
