//! Programs that want files beyond those that are granted.
#![cfg(all(feature = "agent", unix))]

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

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
        let _ = roots.write(&way, "HACKED", WRITE);
    }
    for untouched in ["secret.txt", "granted-not/secret.txt"] {
        assert_eq!(fs::read_to_string(ground.folder.join(untouched)).unwrap(), "CLASSIFIED");
    }
    let beside: Vec<String> =
        fs::read_dir(&ground.folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(beside.len(), 3, "{beside:?}");
    let read_only = ground.roots().and(&Root { folder: ground.folder.join("granted/inner"), writable: false });
    for way in ["inner/a.txt", "inside/a.txt"] {
        assert!(read_only.write(way, "HACKED", WRITE).is_err(), "{way}");
    }
    assert!(!ground.folder.join("granted/inner/a.txt").exists());
}

#[test]
fn links_that_are_swapped_in_meanwhile_lead_nowhere() {
    let ground = Ground::new("swapped");
    let at = |name: &str| ground.folder.join("granted").join(name);
    fs::create_dir(at("shelf")).unwrap();
    fs::write(at("shelf/secret.txt"), "harmless").unwrap();
    std::os::unix::fs::symlink("..", at("way-out")).unwrap();
    std::os::unix::fs::symlink("../secret.txt", at("file-out")).unwrap();
    let done = AtomicBool::new(false);
    let swap = |name: &str, link: &str| {
        let away = at(&format!("{name}-away"));
        while !done.load(Ordering::Relaxed) {
            for (from, to) in
                [(at(name), away.clone()), (at(link), at(name)), (at(name), at(link)), (away.clone(), at(name))]
            {
                while fs::rename(&from, &to).is_err() {
                    // A write has made the folder that was away.
                    let _ = fs::remove_dir_all(&to);
                }
            }
        }
    };
    let roots = ground.roots();
    let (mut read, mut written, mut listed) = (0, 0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| swap("shelf", "way-out"));
        scope.spawn(|| swap("open.txt", "file-out"));
        for round in 0..2_000 {
            for way in ["shelf/secret.txt", "open.txt"] {
                if let Ok(text) = roots.read(way) {
                    assert_ne!(text, "CLASSIFIED", "{way} in round {round}");
                    read += 1;
                }
            }
            for way in ["shelf/new.txt", "shelf/new/er.txt", "shelf/secret.txt", "open.txt"] {
                written += usize::from(roots.write(way, "HACKED", WRITE).is_ok());
            }
            if let Ok(found) = roots.list("shelf") {
                assert!(found.iter().all(|(name, ..)| name != "granted-not"), "{found:?} in round {round}");
                listed += 1;
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    for untouched in ["secret.txt", "granted-not/secret.txt"] {
        assert_eq!(fs::read_to_string(ground.folder.join(untouched)).unwrap(), "CLASSIFIED");
    }
    assert_eq!(fs::read_dir(&ground.folder).unwrap().count(), 3);
    assert!(read > 0 && written > 0 && listed > 0, "{read} reads, {written} writes and {listed} lists got through");
}

#[test]
fn those_who_write_one_file_at_once_do_not_mix() {
    let ground = Ground::new("at-once");
    let roots = ground.roots();
    let texts: Vec<String> = ('a'..='h').map(|letter| letter.to_string().repeat(300_000)).collect();
    std::thread::scope(|scope| {
        for text in &texts {
            let roots = &roots;
            scope.spawn(move || {
                assert_eq!(roots.write("new/er/one.txt", text, WRITE), Ok(()));
                assert_eq!(roots.write("all.txt", text, Opening { append: true, ..WRITE }), Ok(()));
            });
        }
    });
    let one = fs::read_to_string(ground.folder.join("granted/new/er/one.txt")).unwrap();
    assert!(texts.contains(&one), "{} bytes", one.len());
    let all = fs::read_to_string(ground.folder.join("granted/all.txt")).unwrap();
    assert!(all.len() == texts.len() * 300_000 && texts.iter().all(|text| all.contains(text)));
}

#[test]
fn what_is_no_file_is_told_and_nothing_is_left_behind() {
    let ground = Ground::new("no-file");
    let roots = ground.roots();
    let pipe = ground.folder.join("granted/pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    // Nobody is at the other end; who waited for it would wait forever.
    assert_eq!(roots.read("pipe"), Err("\"pipe\" is no file".into()));
    assert!(roots.write("pipe", "", WRITE).is_err());
    assert_eq!(roots.read("inner"), Err("\"inner\" is no file".into()));
    assert_eq!(roots.write("inner", "", WRITE), Err("\"inner\" is no file".into()));
    assert_eq!(roots.write(".", "", WRITE), Err("\".\" is no file".into()));
    // The folders can be made, the file cannot.
    assert!(roots.write(&format!("new/er/{}", "x".repeat(300)), "", WRITE).is_err());
    assert!(!ground.folder.join("granted/new").exists());
    let old = Opening { create: false, ..WRITE };
    assert_eq!(roots.write("new/a.txt", "", old), Err("\"new/a.txt\" is not there, and create is false".into()));
    let new = Opening { exist_ok: false, ..WRITE };
    assert_eq!(roots.write("open.txt", "", new), Err("\"open.txt\" is there already, and exist_ok is false".into()));
    assert!(!ground.folder.join("granted/new").exists());
}
