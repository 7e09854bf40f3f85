//! Files put where the user finds them: whole or not at all, and never over one that is there.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write as _},
    path::{Path, PathBuf},
};

use crate::requests::CommandError;

/// Bytes of a name without the number that makes it new; file systems stop at 255.
const LONGEST_NAME: usize = 200;
/// Names that are tried before we give up: somebody who has so many of one name has another problem.
const TRIES: u32 = 10_000;

/// Puts `bytes` into `folder` under `name`, or under `name (2)` and so on where that is taken; the path that it got.
///
/// # Errors
/// The folder cannot be made or written to, or the disk is full: a sentence. Nothing of the file is left then.
pub(crate) fn put(folder: &Path, name: &str, bytes: &[u8]) -> Result<PathBuf, CommandError> {
    written(folder, &plain(name), bytes).map_err(|error| CommandError::storage(sentence(folder, &error)))
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let (part, file) = first_new(|number| folder.join(format!(".satchel-{number}.part")))?;
    let put = filled(file, bytes).and_then(|()| {
        // The name is ours from here on, so the rename goes over nothing of anybody else's.
        let (path, _) = first_new(|number| folder.join(numbered(name, number)))?;
        fs::rename(&part, &path).inspect_err(|_| drop_file(&path))?;
        Ok(path)
    });
    put.inspect_err(|_| drop_file(&part))
}

fn filled(mut file: File, bytes: &[u8]) -> io::Result<()> {
    file.write_all(bytes)?;
    // A full disk may show only here.
    file.sync_all()
}

/// What is left of a failed write; the failure itself is what the user is told.
fn drop_file(path: &Path) {
    let _told_already = fs::remove_file(path);
}

/// Makes the first of the numbered files that is not there.
fn first_new(path: impl Fn(u32) -> PathBuf) -> io::Result<(PathBuf, File)> {
    for number in 1..=TRIES {
        let path = path(number);
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}

/// `offer.pdf`, `offer (2).pdf`, …
fn numbered(name: &str, number: u32) -> String {
    match (number, name.rsplit_once('.')) {
        (1, _) => name.to_owned(),
        (_, Some((stem, end))) if !stem.is_empty() => format!("{stem} ({number}).{end}"),
        _ => format!("{name} ({number})"),
    }
}

/// A name came through `satchel-formats`, which made it safe for showing; this keeps it one name in one folder all the same.
fn plain(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let last: String = last.chars().filter(|letter| !letter.is_control()).collect();
    let last = last.trim_matches(['.', ' ']);
    if last.is_empty() { "attachment".to_owned() } else { shortened(last) }
}

/// The end stays: it says what a file is.
fn shortened(name: &str) -> String {
    if name.len() <= LONGEST_NAME {
        return name.to_owned();
    }
    let end = name.rsplit_once('.').map(|(_, end)| end).filter(|end| end.len() <= 20);
    let room = LONGEST_NAME - end.map_or(0, |end| end.len() + 1);
    let start = name[..name.floor_char_boundary(room)].trim_end_matches(['.', ' ']);
    end.map_or_else(|| start.to_owned(), |end| format!("{start}.{end}"))
}

fn sentence(folder: &Path, error: &io::Error) -> String {
    let folder = folder.display();
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            format!("There is no room left in {folder}. Free some space, then save again.")
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            format!("Satchel may not write to {folder}. Correct the rights of that folder, then save again.")
        }
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => {
            format!(
                "{folder} cannot hold the file: it is no folder, or its names are used up. Look there, then save again."
            )
        }
        _ => format!(
            "The file could not be saved in {folder}: {error}. Look whether that folder is there, then save again."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_is_there_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        fs::write(folder.join("offer.pdf"), "mine").unwrap();
        let names: Vec<_> = ["1", "2"].map(|text| put(folder, "offer.pdf", text.as_bytes()).unwrap()).into();
        assert_eq!(names, [folder.join("offer (2).pdf"), folder.join("offer (3).pdf")]);
        assert_eq!(fs::read_to_string(folder.join("offer.pdf")).unwrap(), "mine");
        assert_eq!(fs::read_to_string(folder.join("offer (3).pdf")).unwrap(), "2");
        assert_eq!(fs::read_dir(folder).unwrap().count(), 3);
    }

    #[test]
    fn a_number_goes_before_the_end_of_a_name() {
        let of = |name| numbered(name, 2);
        assert_eq!([of("a.b.pdf"), of("README"), of(".x")], ["a.b (2).pdf", "README (2)", ".x (2)"]);
    }

    #[test]
    fn a_name_stays_in_the_folder_and_short_enough_for_any_disk() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("made on the way");
        for (said, kept) in
            [("../../x.txt", "x.txt"), ("C:\\y.txt", "y.txt"), ("..", "attachment"), ("a\u{0}\n.b", "a.b")]
        {
            assert_eq!(put(&folder, said, b"").unwrap(), folder.join(kept));
        }
        let long = put(&folder, &format!("{}.pdf", "长".repeat(120)), b"").unwrap();
        let name = long.file_name().unwrap().to_str().unwrap();
        assert!(name.ends_with("长.pdf") && name.len() <= LONGEST_NAME, "{name}");
        assert_eq!(fs::read_dir(outer.path()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn what_is_saved_cannot_be_run() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().unwrap();
        let path = put(folder.path(), "invoice.sh", b"#!/bin/sh").unwrap();
        assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o111, 0);
    }

    #[test]
    fn a_folder_that_cannot_be_written_to_is_a_sentence_with_its_name() {
        let outer = tempfile::tempdir().unwrap();
        let file = outer.path().join("Downloads");
        fs::write(&file, "no folder").unwrap();
        let told = put(&file, "x.txt", b"x").unwrap_err().message;
        assert!(told.contains(&file.display().to_string()) && told.contains("save again"), "{told}");
        for (kind, words) in [
            (ErrorKind::StorageFull, "There is no room left in /d. Free some space"),
            (ErrorKind::PermissionDenied, "Satchel may not write to /d. Correct the rights"),
            (ErrorKind::ReadOnlyFilesystem, "Satchel may not write to /d."),
        ] {
            let told = sentence(Path::new("/d"), &kind.into());
            assert!(told.starts_with(words), "{told}");
        }
    }

    /// `/dev/full` takes no byte, as a full disk does.
    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_told_from_the_bytes_themselves() {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let error = filled(full, b"x").unwrap_err();
        assert!(sentence(Path::new("/d"), &error).starts_with("There is no room left"), "{error}");
    }
}
