//! Confinement: the folders that programs may touch, and the one way from a path in a program to a file of the host.

use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::beneath::{Folder, Opening};

/// The largest file that is read, in bytes.
const LARGEST: u64 = 64 << 20;

/// The folders that a process may touch, and the one that its paths begin at.
#[derive(Clone, Debug, Default)]
pub struct Roots {
    base: PathBuf,
    granted: Vec<Granted>,
}

/// A granted folder: its real path, and an open handle.
#[derive(Clone, Debug)]
struct Granted {
    root: Root,
    folder: Arc<Folder>,
}

/// A folder with all that is below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Root {
    /// The folder.
    pub folder: PathBuf,
    /// Whether files in it may be written.
    pub writable: bool,
}

impl Root {
    /// A folder as the command line names it: `dir`, or `dir:ro` to read only.
    pub fn parse(text: &str) -> Self {
        match text.strip_suffix(":ro") {
            Some(folder) => Self { folder: folder.into(), writable: false },
            None => Self { folder: text.into(), writable: true },
        }
    }
}

/// The folder of a file that is named without one.
fn here_if_empty(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

impl Roots {
    /// Paths that begin at a folder, which is granted with all that is below it.
    pub fn at(base: &Path) -> Self {
        let base = here_if_empty(base);
        Self { base: base.to_owned(), granted: Vec::new() }.and(&Root { folder: base.to_owned(), writable: true })
    }

    /// The same with one more folder; one that is not there grants nothing.
    #[must_use]
    pub fn and(mut self, root: &Root) -> Self {
        let real = here_if_empty(&root.folder).canonicalize();
        if let Ok((real, folder)) = real.and_then(|real| Folder::open(&real).map(|folder| (real, folder))) {
            let root = Root { folder: real, writable: root.writable };
            self.granted.push(Granted { root, folder: Arc::new(folder) });
        }
        self
    }

    /// The same, but paths begin at another folder.
    #[must_use]
    pub fn from(self, base: &Path) -> Self {
        Self { base: base.to_owned(), ..self }
    }

    /// The granted folders.
    pub fn granted(&self) -> impl Iterator<Item = &Root> {
        self.granted.iter().map(|granted| &granted.root)
    }

    /// The innermost granted folder that a real path lies in, and the path from there on.
    fn beneath(&self, real: &Path) -> Option<(&Granted, PathBuf)> {
        let around = self.granted.iter().filter(|granted| real.starts_with(&granted.root.folder));
        let innermost = around.max_by_key(|granted| granted.root.folder.components().count())?;
        Some((innermost, real.strip_prefix(&innermost.root.folder).ok()?.to_owned()))
    }

    /// Where a path leads, links resolved: to something granted, which may be missing.
    fn resolve(&self, path: &str) -> Result<(&Granted, PathBuf), String> {
        let refused = || format!("{path:?} is outside of the granted folders");
        let shown = crate::lisp::text::abridge(path, 200);
        if path.trim().is_empty() || path.contains('\0') || path.len() > 4_096 {
            return Err(format!("{shown:?} is no path"));
        }
        let drive = path.as_bytes().get(1) == Some(&b':') && path.starts_with(|c: char| c.is_ascii_alphabetic());
        if path.contains('\\') || drive {
            return Err(format!("{shown:?}: paths are written with /, without drives"));
        }
        let wanted = self.base.join(path);
        // Existing parts are resolved; missing ones may only lead further down.
        let mut missing = Vec::new();
        let mut there = wanted.as_path();
        let real = loop {
            match there.canonicalize() {
                Ok(real) => break real,
                // Creating the file would follow a dangling link.
                Err(_) if there.is_symlink() => return Err(refused()),
                Err(_) => match (there.components().next_back(), there.parent()) {
                    (Some(Component::Normal(name)), Some(above)) => {
                        missing.push(name);
                        there = here_if_empty(above);
                    }
                    _ => return Err(refused()),
                },
            }
        };
        let real = missing.iter().rev().fold(real, |real, name| real.join(name));
        self.beneath(&real).ok_or_else(refused)
    }

    /// Whether a path leads to something granted, which may be missing.
    pub fn grants(&self, path: &str) -> bool {
        self.resolve(path).is_ok()
    }

    /// The text of a file.
    ///
    /// # Errors
    /// What is not granted, not there, no file, too large or no UTF-8.
    pub fn read(&self, path: &str) -> Result<String, String> {
        let (granted, below) = self.resolve(path)?;
        let wrong = |error: std::io::Error| match error.kind() {
            ErrorKind::NotFound => format!("{path:?} is not there"),
            ErrorKind::IsADirectory => format!("{path:?} is no file"),
            other => format!("{path:?} cannot be read: {other}"),
        };
        let mut bytes = Vec::new();
        granted.folder.read(&below).map_err(wrong)?.take(LARGEST + 1).read_to_end(&mut bytes).map_err(wrong)?;
        if bytes.len() as u64 > LARGEST {
            return Err(format!("{path:?} is larger than {LARGEST} bytes"));
        }
        String::from_utf8(bytes).map_err(|_| format!("{path:?} is no text in UTF-8"))
    }

    /// What is in a folder: names, whether each is a folder, and how large it is.
    ///
    /// # Errors
    /// What is not granted, or no folder.
    pub fn list(&self, path: &str) -> Result<Vec<(String, bool, u64)>, String> {
        let (granted, below) = self.resolve(path)?;
        let listed = granted.folder.list(&below);
        let mut found = listed.map_err(|error| format!("{path:?} cannot be listed: {}", error.kind()))?;
        found.sort();
        Ok(found)
    }

    /// Writes a text to a file, and makes the folders that lead to it. Those who write to one file at once do so one after the
    /// other. A call that is refused leaves nothing behind.
    ///
    /// # Errors
    /// What is not granted or may only be read; a file that is there and should not be, or the other way round.
    pub fn write(&self, path: &str, text: &str, how: Opening) -> Result<(), String> {
        let (granted, below) = self.resolve(path)?;
        if path.ends_with('/') {
            return Err(format!("{path:?} names a folder, not a file"));
        }
        if !granted.root.writable {
            return Err(format!("{path:?} may only be read"));
        }
        if !how.create && !how.exist_ok {
            return Err("create and exist_ok are both false: no file can be both there and not there".into());
        }
        let opened = granted.folder.write(&below, how).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists if !how.exist_ok => format!("{path:?} is there already, and exist_ok is false"),
            ErrorKind::NotFound if !how.create => format!("{path:?} is not there, and create is false"),
            ErrorKind::IsADirectory => format!("{path:?} is no file"),
            other => format!("{path:?} cannot be written: {other}"),
        });
        let mut file = opened?;
        // Where files cannot be locked, writers at once are on their own.
        let _ = file.lock();
        let emptied = if how.append { Ok(()) } else { file.set_len(0) };
        let written = emptied.and_then(|()| file.write_all(text.as_bytes())).and_then(|()| file.flush());
        written.map_err(|error| format!("{path:?} could not be written to the end: {}", error.kind()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WRITE: Opening = Opening { append: false, create: true, exist_ok: true };

    #[test]
    fn the_innermost_root_decides() {
        let folder = std::env::temp_dir().join(format!("ptc-roots-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("kept")).expect("a folder");
        let kept = Root { folder: folder.join("kept"), writable: false };
        let roots = Roots::at(&folder).and(&kept);
        assert_eq!(roots.write("a.txt", "", WRITE), Ok(()));
        assert_eq!(roots.write("kept/a.txt", "", WRITE), Err("\"kept/a.txt\" may only be read".into()));
        assert_eq!(
            roots.write("new/../../a.txt", "", WRITE),
            Err("\"new/../../a.txt\" is outside of the granted folders".into())
        );
        assert!(!folder.join("new").exists());
        std::fs::remove_dir_all(folder).expect("it is ours");
    }

    /// Roots at a folder of their own, which is gone afterwards.
    struct Ours(Roots, PathBuf);

    impl Ours {
        fn named(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("ptc-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&folder).expect("a folder");
            Self(Roots::at(&folder), folder)
        }

        fn text(&self, path: &str) -> Option<String> {
            std::fs::read_to_string(self.1.join(path)).ok()
        }
    }

    impl Drop for Ours {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.1);
        }
    }

    #[test]
    fn files_are_opened_as_was_said() {
        let ours = Ours::named("opening");
        let write = |path: &str, text: &str, append, create, exist_ok| {
            ours.0.write(path, text, Opening { append, create, exist_ok }).map_err(|why| why.replace('"', ""))
        };
        let failed = |why: &str| Err(why.to_owned());
        assert_eq!(
            write("a/b/c.txt", "one", false, false, true),
            failed("a/b/c.txt is not there, and create is false")
        );
        assert_eq!(ours.text("a/b/c.txt"), None);
        assert_eq!(write("a/b/c.txt", "one", true, true, false), Ok(()));
        assert_eq!(
            write("a/b/c.txt", "two", true, true, false),
            failed("a/b/c.txt is there already, and exist_ok is false")
        );
        assert_eq!(write("a/b/c.txt", "two", true, false, true), Ok(()));
        assert_eq!(ours.text("a/b/c.txt").as_deref(), Some("onetwo"));
        assert_eq!(write("a/b/c.txt", "3", false, true, true), Ok(()));
        assert_eq!(ours.text("a/b/c.txt").as_deref(), Some("3"), "nothing of what was there is left");
        assert_eq!(write("a/b", "x", false, true, true), failed("a/b is no file"));
        assert_eq!(write("a/b/", "x", false, true, true), failed("a/b/ names a folder, not a file"));
        assert!(write("a/b/c.txt", "x", false, false, false).is_err_and(|why| why.contains("are both false")));
        assert!(write(&format!("new/deep/{}", "x".repeat(300)), "x", false, true, true).is_err());
        assert!(!ours.1.join("new").exists(), "a call that is refused leaves nothing behind");
    }

    #[test]
    fn what_is_read_is_a_text_of_bounded_size() {
        let ours = Ours::named("reading");
        assert_eq!(ours.0.write("a/b.txt", "é", WRITE), Ok(()));
        assert_eq!(ours.0.read("a/b.txt").as_deref(), Ok("é"));
        assert_eq!(ours.0.read("a/c.txt"), Err("\"a/c.txt\" is not there".into()));
        assert_eq!(ours.0.read("a"), Err("\"a\" is no file".into()));
        std::fs::write(ours.1.join("raw"), [0xff]).expect("it is ours");
        assert_eq!(ours.0.read("raw"), Err("\"raw\" is no text in UTF-8".into()));
        let large = std::fs::File::create(ours.1.join("large")).expect("it is ours");
        large.set_len(LARGEST).expect("room for a file of holes");
        assert_eq!(ours.0.read("large").map(|text| text.len() as u64), Ok(LARGEST));
        large.set_len(LARGEST + 1).expect("room for a file of holes");
        assert_eq!(ours.0.read("large"), Err(format!("\"large\" is larger than {LARGEST} bytes")));
    }

    #[test]
    fn folders_are_listed_in_order() {
        let ours = Ours::named("listing");
        for (path, text) in [("b.txt", "four"), ("c/in.txt", ""), ("a.txt", "")] {
            assert_eq!(ours.0.write(path, text, WRITE), Ok(()));
        }
        let names = |path: &str| {
            let found = ours.0.list(path)?;
            Ok::<_, String>(
                found.iter().map(|(name, is_folder, _)| format!("{name} {is_folder}")).collect::<Vec<_>>().join(", "),
            )
        };
        assert_eq!(names("."), Ok("a.txt false, b.txt false, c true".into()));
        assert_eq!(names("c"), Ok("in.txt false".into()));
        assert!(names("nowhere/deep").is_err() && names("a.txt").is_err());
        assert_eq!(ours.0.list(".").map(|found| found.into_iter().nth(1)), Ok(Some(("b.txt".into(), false, 4))));
    }

    #[test]
    fn what_is_no_path_leads_nowhere() {
        let ours = Ours::named("paths");
        let long = format!("{}x", "./".repeat(2_100));
        for path in ["", "  ", "a\0b", &long, "a\\b", "C:a", "c:/a", "/etc/passwd", "..", "a/../../b"] {
            assert!(!ours.0.grants(path), "{path:?}");
        }
        for path in ["a", "1:a", "ab:c", "é/ü.txt", "./a"] {
            assert!(ours.0.grants(path), "{path:?}");
        }
    }

    #[test]
    fn paths_begin_where_the_process_is_if_no_folder_is_named() {
        let here = Roots::at(Path::new(""));
        assert!(here.grants("Cargo.toml") && here.grants("nowhere/new.txt"));
        assert!(here.from(Path::new("")).grants("nowhere/deep/new.txt"));
    }

    #[test]
    fn an_empty_text_leaves_nothing_of_what_was_there() {
        let folder = std::env::temp_dir().join(format!("ptc-emptied-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        let roots = Roots::at(&folder);
        for text in ["a long text", "short", ""] {
            assert_eq!(roots.write("a.txt", text, WRITE), Ok(()));
            assert_eq!(roots.read("a.txt").as_deref(), Ok(text));
        }
        std::fs::remove_dir_all(folder).expect("it is ours");
    }

    #[test]
    fn roots_are_parsed() {
        assert_eq!(Root::parse("data:ro"), Root { folder: "data".into(), writable: false });
        assert_eq!(Root::parse("data"), Root { folder: "data".into(), writable: true });
    }
}
