//! Looking into every file below a folder for words that must not be there.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

/// Every file below `folder`.
pub fn all_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Sockets and links to elsewhere hold no words of their own.
        if entry.file_type()?.is_dir() {
            found.extend(all_below(&entry.path())?);
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
        let bytes = fs::read(file)?;
        for word in words {
            let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
            if holds(&bytes, word.as_bytes()) || holds(&bytes, &wide) {
                found.push(format!("{} holds {word:?}", file.display()));
            }
        }
    }
    Ok(found)
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    !word.is_empty() && bytes.windows(word.len()).any(|window| window == word)
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
