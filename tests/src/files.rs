//! Looking into every file below a folder for words that must not be there.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::Result;
use memchr::memmem;

/// Every file below `folder`; what goes meanwhile is left out.
///
/// The webview tidies up after its window, and what is gone by now lies open nowhere.
pub fn all_below(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Sockets and links to elsewhere hold no words of their own.
        if entry.file_type()?.is_dir() {
            match all_below(&entry.path()) {
                Ok(below) => found.extend(below),
                Err(error) if is_gone(&error) => {}
                Err(error) => return Err(error),
            }
        } else if entry.file_type()?.is_file() {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Which of the files hold which of the words, in UTF-8 or UTF-16, as sentences.
pub fn files_with(words: &[&str], files: &[PathBuf]) -> Result<Vec<String>> {
    let mut found = Vec::new();
    for file in files {
        let bytes = match fs::read(file) {
            Ok(bytes) => bytes,
            Err(error) if is_gone(&error) => continue,
            Err(error) => return Err(error.into()),
        };
        for word in words {
            let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
            if holds(&bytes, word.as_bytes()) || holds(&bytes, &wide) {
                found.push(format!("{} holds {word:?}", file.display()));
            }
        }
    }
    Ok(found)
}

fn is_gone(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::NotFound
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    !word.is_empty() && memmem::find(bytes, word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_found_in_both_encodings_and_below_folders() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("below")).unwrap();
        fs::write(folder.path().join("narrow"), "..Halvorsen..").unwrap();
        let wide: Vec<u8> = "Halvorsen".encode_utf16().flat_map(u16::to_le_bytes).collect();
        fs::write(folder.path().join("below/wide"), wide).unwrap();
        fs::write(folder.path().join("clean"), "nothing").unwrap();
        let files = all_below(folder.path()).unwrap();
        assert_eq!(files.len(), 3);
        assert_eq!(files_with(&["Halvorsen"], &files).unwrap().len(), 2);
    }
}
