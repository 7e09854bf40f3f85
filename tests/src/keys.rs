//! Keys as WebDriver names them.

/// A key that writes no letter, or one that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Key {
    Control,
    Shift,
    Enter,
    Tab,
    Escape,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    F6,
    F9,
    Letter(char),
}

impl Key {
    /// W3C WebDriver, "Keyboard actions": special keys live in a private area of Unicode.
    pub(crate) fn code(self) -> char {
        match self {
            Key::Control => '\u{E009}',
            Key::Shift => '\u{E008}',
            Key::Enter => '\u{E007}',
            Key::Tab => '\u{E004}',
            Key::Escape => '\u{E00C}',
            Key::Up => '\u{E013}',
            Key::Down => '\u{E015}',
            Key::Left => '\u{E012}',
            Key::Right => '\u{E014}',
            Key::Home => '\u{E011}',
            Key::End => '\u{E010}',
            Key::F6 => '\u{E036}',
            Key::F9 => '\u{E039}',
            Key::Letter(letter) => letter,
        }
    }
}
