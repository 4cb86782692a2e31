//! Commands of the host: started without a shell and with an empty environment, bounded in time and output.

use std::io::{Read, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use crate::lisp::text::abridge;

/// The most that a command may print, in bytes.
const OUTPUT: u64 = 4 << 20;
/// Where commands are found.
const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Why a command runs only where the host says so.
pub(super) const NOT_GRANTED: &str = "commands are not granted here; the host grants them (ptc run --allow-commands)";

/// A command that runs. Dropping it ends it, with all that it has started itself.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        #[cfg(unix)]
        if let Some(group) = i32::try_from(self.0.id()).ok().and_then(rustix::process::Pid::from_raw) {
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a command in a folder and gives what it prints. What it has started itself ends with it.
///
/// # Errors
/// A command that cannot be started, fails, takes too long, is given up or prints too much; what it says on standard error.
pub(super) fn run(
    command: &[String],
    input: &str,
    folder: &Path,
    timeout: Duration,
    is_given_up: impl Fn() -> bool,
) -> Result<String, String> {
    let Some((program, arguments)) = command.split_first() else { return Err("the command is empty".into()) };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder).env_clear().env("PATH", PATH);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    let child = command.spawn().map_err(|error| format!("{program} cannot be started: {}", error.kind()))?;
    let mut running = Running(child);
    let (out, err) = (collect(running.0.stdout.take()), collect(running.0.stderr.take()));
    if let Some(mut stdin) = running.0.stdin.take() {
        let input = input.to_owned();
        // A command that does not read must not hold us up; one that has ended is no error.
        std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    }
    let deadline = Instant::now() + timeout;
    let status = loop {
        match running.0.try_wait() {
            Ok(Some(status)) => break status,
            Ok(None) if is_given_up() => return Err(format!("{program} was given up")),
            Ok(None) if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(2)),
            Ok(None) => return Err(format!("{program} did not end within {timeout:?}")),
            Err(error) => return Err(format!("{program}: {}", error.kind())),
        }
    };
    // What it has started and left behind would hold its output open. Whoever has left its group still may.
    drop(running);
    let left = deadline.saturating_duration_since(Instant::now()).max(Duration::from_millis(100));
    let still_open = |_| format!("{program} ended, and something that it has started keeps its output open");
    let (out, err) = (out.recv_timeout(left).map_err(still_open)?, err.recv_timeout(left).map_err(still_open)?);
    if !status.success() {
        let code = status.code().map_or_else(|| "a signal".into(), |code| format!("status {code}"));
        return Err(format!("{program} ended with {code}: {}", abridge(String::from_utf8_lossy(&err).trim(), 1_000)));
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
        run(&command, input, Path::new("."), Duration::from_secs(2), || false)
    }

    #[test]
    fn commands_are_bounded_and_know_nothing_of_us() {
        assert_eq!(shell("cat", "in").as_deref(), Ok("in"));
        assert_eq!(shell("echo $HOME-$USER", "").as_deref(), Ok("-\n"));
        assert_eq!(shell("echo no >&2; exit 3", ""), Err("sh ended with status 3: no".into()));
        assert!(shell("sleep 60", "").is_err_and(|why| why.contains("did not end within")));
        assert_eq!(shell("sleep 60 & echo hi", "").as_deref(), Ok("hi\n"));
        assert!(shell("head -c 5000000 /dev/zero", "").is_err_and(|why| why.contains("more than")));
    }

    #[test]
    fn a_command_that_is_given_up_ends_with_all_it_has_started() {
        let mark = std::env::temp_dir().join(format!("ptc-left-behind-{}", std::process::id()));
        let script = format!("(sleep 0.5; touch {}) & sleep 60", mark.display());
        let began = Instant::now();
        let given_up = || began.elapsed() > Duration::from_millis(50);
        let command = ["sh", "-c", &script].map(str::to_owned);
        let ended = run(&command, "", Path::new("."), Duration::from_secs(60), given_up);
        assert_eq!(ended, Err("sh was given up".into()));
        std::thread::sleep(Duration::from_secs(1));
        assert!(!mark.exists(), "what the command had started went on");
    }
}
