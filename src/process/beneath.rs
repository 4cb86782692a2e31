//! Beneath a folder: from its handle on a path is walked name by name, and no link is followed. What is swapped in between
//! looking and opening can make an access fail, but cannot lead it out.

pub(super) use system::Folder;

/// How a file is opened to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening {
    /// After what is in it, instead of what is in it.
    pub append: bool,
    /// Whether it may be made.
    pub create: bool,
    /// Whether it may be there already.
    pub exist_ok: bool,
}

#[cfg(unix)]
mod system {
    use std::ffi::{OsStr, OsString};
    use std::fs::File;
    use std::io::{Error, ErrorKind, Result};
    use std::os::fd::OwnedFd;
    use std::path::{Component, Path};

    use rustix::fs::{AtFlags, CWD, Dir, FileType, Mode, OFlags, mkdirat, openat, statat, unlinkat};

    use crate::process::Opening;

    /// Folders on the way are only passed through: they need not be readable.
    #[cfg(any(target_os = "linux", target_os = "android"))]
    const PASS: OFlags = OFlags::PATH.union(OFlags::DIRECTORY).union(OFlags::CLOEXEC);
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    const PASS: OFlags = OFlags::DIRECTORY.union(OFlags::CLOEXEC);

    /// What holds of every file: no link, no wait for the other end of a pipe, no terminal.
    const PLAIN: OFlags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::NOCTTY).union(OFlags::CLOEXEC);

    /// An open folder.
    #[derive(Debug)]
    pub(in crate::process) struct Folder(OwnedFd);

    /// The folders that were made on the way to a file, each as an entry of the one above.
    type Made = Vec<(OwnedFd, OsString)>;

    impl Folder {
        pub fn open(path: &Path) -> Result<Self> {
            Ok(Self(openat(CWD, path, PASS, Mode::empty())?))
        }

        /// The folder that a file lies in, and the file's name.
        fn above<'a>(&self, path: &'a Path, mut made: Option<&mut Made>) -> Result<(OwnedFd, &'a OsStr)> {
            let mut folder = self.0.try_clone()?;
            let mut names = path.components().map(|component| match component {
                Component::Normal(name) => Ok(name),
                _ => Err(Error::from(ErrorKind::InvalidInput)),
            });
            let mut name = names.next().unwrap_or(Err(ErrorKind::IsADirectory.into()))?;
            for next in names {
                let enter = || openat(&folder, name, PASS | OFlags::NOFOLLOW, Mode::empty());
                let below = match (enter(), &mut made) {
                    (Err(rustix::io::Errno::NOENT), Some(made)) => {
                        match mkdirat(&folder, name, Mode::from_raw_mode(0o777)) {
                            Ok(()) => made.push((folder.try_clone()?, name.to_owned())),
                            // Somebody else was faster.
                            Err(rustix::io::Errno::EXIST) => {}
                            Err(error) => return Err(error.into()),
                        }
                        enter()?
                    }
                    (entered, _) => entered?,
                };
                (folder, name) = (below, next?);
            }
            Ok((folder, name))
        }

        /// Opens a file to read.
        pub fn read(&self, path: &Path) -> Result<File> {
            let (folder, name) = self.above(path, None)?;
            file(openat(&folder, name, PLAIN, Mode::empty())?)
        }

        /// Opens a file to write, and makes the folders that lead to it. One that cannot be opened leaves no folder behind.
        pub fn write(&self, path: &Path, how: Opening) -> Result<File> {
            let mut made = Made::new();
            let opened = self.above(path, how.create.then_some(&mut made)).and_then(|(folder, name)| {
                let mut flags = PLAIN | OFlags::WRONLY;
                flags.set(OFlags::APPEND, how.append);
                flags.set(OFlags::CREATE, how.create);
                flags.set(OFlags::EXCL, !how.exist_ok);
                file(openat(&folder, name, flags, Mode::from_raw_mode(0o666))?)
            });
            if opened.is_err() {
                for (folder, name) in made.iter().rev() {
                    // One that is no longer empty stays.
                    let _ = unlinkat(folder, name, AtFlags::REMOVEDIR);
                }
            }
            opened
        }

        /// The entries of a folder: names, whether each is a folder, and how large it is.
        pub fn list(&self, path: &Path) -> Result<Vec<(String, bool, u64)>> {
            let read = OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
            let folder = match self.above(path, None) {
                Ok((folder, name)) => openat(&folder, name, read, Mode::empty())?,
                Err(_) if path.as_os_str().is_empty() => openat(&self.0, ".", read, Mode::empty())?,
                Err(error) => return Err(error),
            };
            let mut found = Vec::new();
            for entry in Dir::read_from(&folder)? {
                let entry = entry?;
                let name = entry.file_name();
                if matches!(name.to_bytes(), b"." | b"..") {
                    continue;
                }
                // What is gone meanwhile is not listed.
                let Ok(kind) = statat(&folder, name, AtFlags::SYMLINK_NOFOLLOW) else { continue };
                let is_folder = FileType::from_raw_mode(kind.st_mode) == FileType::Directory;
                let bytes = u64::try_from(kind.st_size).unwrap_or_default();
                found.push((name.to_string_lossy().into_owned(), is_folder, bytes));
            }
            Ok(found)
        }
    }

    /// What was opened, if it is a file.
    fn file(opened: OwnedFd) -> Result<File> {
        let file = File::from(opened);
        if file.metadata()?.is_file() { Ok(file) } else { Err(ErrorKind::IsADirectory.into()) }
    }
}

/// Where a path cannot be walked so, no folder can be opened, and hence none is granted.
#[cfg(not(unix))]
mod system {
    use std::fs::File;
    use std::io::{ErrorKind, Result};
    use std::path::Path;

    use crate::process::Opening;

    #[derive(Debug)]
    pub(in crate::process) enum Folder {}

    impl Folder {
        pub fn open(_: &Path) -> Result<Self> {
            Err(ErrorKind::Unsupported.into())
        }

        pub fn read(&self, _: &Path) -> Result<File> {
            match *self {}
        }

        pub fn write(&self, _: &Path, _: Opening) -> Result<File> {
            match *self {}
        }

        pub fn list(&self, _: &Path) -> Result<Vec<(String, bool, u64)>> {
            match *self {}
        }
    }
}
