//! Commands of the host: started without a shell and with an empty environment, bounded in time and output.

use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::lisp::text::abridge;

/// The most that a command may print, in bytes.
const OUTPUT: u64 = 4 << 20;
/// Where commands are found.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Why a command runs only where the host says so.
pub(super) const NOT_GRANTED: &str = "commands are not granted here; the host grants them (ptc run --allow-commands)";

/// Runs a command in a folder and gives what it prints.
///
/// # Errors
/// A command that cannot be started, fails, takes too long or prints too much; what it says on standard error.
pub(super) fn run(command: &[String], input: &str, folder: &Path, timeout: Duration) -> Result<String, String> {
    let Some((program, arguments)) = command.split_first() else { return Err("the command is empty".into()) };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut child = Command::new(program)
        .args(arguments)
        .current_dir(folder)
        .env_clear()
        .env("PATH", PATH)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{program} cannot be started: {}", error.kind()))?;
    let (out, err) = (collect(child.stdout.take()), collect(child.stderr.take()));
    if let Some(mut stdin) = child.stdin.take() {
        let input = input.to_owned();
        // A command that does not read must not hold us up; one that has ended is no error.
        std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    }
    let deadline = Instant::now() + timeout;
    let status = loop {
        match child.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(2)),
            Ok(None) => {
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("{program} did not end within {timeout:?}"));
            }
            Err(error) => return Err(format!("{program}: {}", error.kind())),
        }
    };
    // Whatever it started itself may still hold its output open.
    let left = || deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(100));
    let out = out.recv_timeout(left()).unwrap_or_default();
    if !status.success() {
        let err = String::from_utf8_lossy(&err.recv_timeout(left()).unwrap_or_default()).into_owned();
        let code = status.code().map_or_else(|| "a signal".into(), |code| format!("status {code}"));
        return Err(format!("{program} ended with {code}: {}", abridge(err.trim(), 1_000)));
    }
    if out.len() as u64 > OUTPUT {
        return Err(format!("{program} printed more than {OUTPUT} bytes"));
    }
    String::from_utf8(out).map_err(|_| format!("{program} printed what is no text in UTF-8"))
}

/// What comes out of a pipe, as far as it is taken, once it is closed.
fn collect(pipe: Option<impl Read + Send + 'static>) -> mpsc::Receiver<Vec<u8>> {
    let (done, collected) = mpsc::channel();
    if let Some(mut pipe) = pipe {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            let _ = pipe.by_ref().take(OUTPUT + 1).read_to_end(&mut bytes);
            // The rest is taken off, so that the command can end.
            let _ = std::io::copy(&mut pipe, &mut std::io::sink());
            let _ = done.send(bytes);
        });
    }
    collected
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str, input: &str) -> Result<String, String> {
        let command = ["sh", "-c", script].map(str::to_owned);
        run(&command, input, Path::new("."), Duration::from_secs(2))
    }

    #[test]
    fn commands_are_bounded_and_know_nothing_of_us() {
        assert_eq!(shell("cat", "in").as_deref(), Ok("in"));
        assert_eq!(shell("echo $HOME-$USER", "").as_deref(), Ok("-\n"));
        assert_eq!(shell("echo no >&2; exit 3", ""), Err("sh ended with status 3: no".into()));
        assert!(shell("sleep 60", "").is_err_and(|why| why.contains("did not end within")));
        assert!(shell("head -c 5000000 /dev/zero", "").is_err_and(|why| why.contains("more than")));
    }
}
