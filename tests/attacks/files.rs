//! Programs that want files beyond those that are granted.
#![cfg(all(feature = "agent", unix))]

use std::fs;
use std::path::PathBuf;

use ptc::process::{Opening, Root, Roots};

const WRITE: Opening = Opening { append: false, create: true, exist_ok: true };

/// A folder with a granted one, a secret beside it, and links from the one to the other.
struct Ground {
    folder: PathBuf,
}

impl Ground {
    fn new(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("ground").join(name);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("granted/inner")).unwrap();
        fs::create_dir_all(folder.join("granted-not")).unwrap();
        fs::write(folder.join("secret.txt"), "CLASSIFIED").unwrap();
        fs::write(folder.join("granted-not/secret.txt"), "CLASSIFIED").unwrap();
        fs::write(folder.join("granted/open.txt"), "open").unwrap();
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, folder.join("granted").join(name)).unwrap();
        link("../secret.txt", "link.txt");
        link("..", "up");
        link("/", "root");
        link("../nowhere.txt", "nowhere");
        link("link.txt", "link-to-link");
        link("inner", "inside");
        Self { folder }
    }

    fn roots(&self) -> Roots {
        Roots::at(&self.folder.join("granted"))
    }

    /// The ways out.
    fn ways(&self) -> Vec<String> {
        let absolute = self.folder.join("secret.txt").to_string_lossy().into_owned();
        let sibling = self.folder.join("granted-not/secret.txt").to_string_lossy().into_owned();
        let mut ways: Vec<String> = [
            "../secret.txt",
            "inner/../../secret.txt",
            "./././../secret.txt",
            "missing/../../secret.txt",
            "open.txt/../../secret.txt",
            "link.txt",
            "link-to-link",
            "up/secret.txt",
            "root/etc/passwd",
            "/etc/passwd",
            "//etc/passwd",
            "/proc/self/environ",
            "/dev/zero",
            "..\\secret.txt",
            "C:\\secret.txt",
            "C:/secret.txt",
            "%2e%2e/secret.txt",
            "..%2fsecret.txt",
            "..%c0%afsecret.txt",
            "\u{ff0e}\u{ff0e}/secret.txt",
            "../secret.txt\0.txt",
            "../granted-not/secret.txt",
            "OPEN.TXT/../../SECRET.TXT",
            "~/secret.txt",
            "file:///etc/passwd",
            "",
            " ",
            "..",
        ]
        .map(str::to_owned)
        .into();
        ways.extend([absolute, sibling, "../".repeat(500), "a/".repeat(20_000)]);
        ways
    }
}

#[test]
fn nothing_beyond_is_read() {
    let ground = Ground::new("read");
    let roots = ground.roots();
    assert_eq!(roots.read("open.txt").as_deref(), Ok("open"));
    assert_eq!(roots.read("inside/../open.txt").as_deref(), Ok("open"));
    for way in ground.ways() {
        let told = roots.read(&way).expect_err(&way);
        assert!(!told.contains("CLASSIFIED"), "{told}");
        // What is not granted says nothing of whether it is there, nor where.
        let host = ground.folder.to_string_lossy().into_owned();
        assert!(way.contains(&host) || !told.contains(&host), "{told}");
    }
    for way in ["..", "up", "root", "/", "/etc", "inner/../.."] {
        assert!(roots.list(way).is_err(), "{way}");
    }
    assert!(roots.list(".").is_ok_and(|found| found.iter().any(|(name, ..)| name == "open.txt")));
}

#[test]
fn nothing_beyond_is_written() {
    let ground = Ground::new("written");
    let roots = ground.roots();
    for way in ground.ways().into_iter().chain(["nowhere", "up/new.txt", "../new.txt", "inner"].map(str::to_owned)) {
        // Names that only look like ways out may be made inside.
        if let Ok(mut file) = roots.open(&way, WRITE) {
            std::io::Write::write_all(&mut file, b"HACKED").unwrap();
        }
    }
    for untouched in ["secret.txt", "granted-not/secret.txt"] {
        assert_eq!(fs::read_to_string(ground.folder.join(untouched)).unwrap(), "CLASSIFIED");
    }
    let beside: Vec<String> =
        fs::read_dir(&ground.folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(beside.len(), 3, "{beside:?}");
    let read_only = ground.roots().and(&Root { folder: ground.folder.join("granted/inner"), writable: false });
    assert!(read_only.open("inner/a.txt", WRITE).is_err() && read_only.open("inside/a.txt", WRITE).is_err());
    assert!(!ground.folder.join("granted/inner/a.txt").exists());
}
