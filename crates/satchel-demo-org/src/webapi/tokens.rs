//! Cuts a `$filter` into its words, texts and marks.

use super::refusal::Refusal;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Word(String),
    Text(String),
    Open,
    Close,
    Comma,
    Colon,
}

pub(super) fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
    let mut tokens = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(&letter) = letters.peek() {
        match letter {
            ' ' | '\t' => {
                letters.next();
            }
            '(' | ')' | ',' => {
                letters.next();
                tokens.push(match letter {
                    '(' => Token::Open,
                    ')' => Token::Close,
                    _ => Token::Comma,
                });
            }
            '\'' => {
                letters.next();
                tokens.push(Token::Text(
                    quoted(&mut letters).ok_or_else(|| {
                        Refusal::query(format!("There is an unterminated string literal in '{text}'."))
                    })?,
                ));
            }
            _ => {
                let mut word = String::new();
                while let Some(letter) =
                    letters.next_if(|letter| !matches!(letter, ' ' | '\t' | '(' | ')' | ',' | '\''))
                {
                    word.push(letter);
                    // `p:p/name`: the lambda's variable ends here; a time's colons stay.
                    let variable = word.strip_suffix(':').unwrap_or_default();
                    if !variable.is_empty() && variable.chars().all(char::is_alphabetic) {
                        word.pop();
                        tokens.push(Token::Word(std::mem::take(&mut word)));
                        tokens.push(Token::Colon);
                    }
                }
                if !word.is_empty() {
                    tokens.push(Token::Word(word));
                }
            }
        }
    }
    Ok(tokens)
}

/// The rest of a quoted text; a doubled quote is a quote.
fn quoted(letters: &mut std::iter::Peekable<std::str::Chars<'_>>) -> Option<String> {
    let mut text = String::new();
    loop {
        match letters.next()? {
            '\'' if letters.next_if_eq(&'\'').is_some() => text.push('\''),
            '\'' => return Some(text),
            letter => text.push(letter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_doubled_and_times_keep_their_colons() {
        let word = |text: &str| Token::Word(text.to_owned());
        assert_eq!(
            tokens("name eq 'O''Hara' and (a ge 2026-01-02T03:04:05Z)").unwrap(),
            [
                word("name"),
                word("eq"),
                Token::Text("O'Hara".to_owned()),
                word("and"),
                Token::Open,
                word("a"),
                word("ge"),
                word("2026-01-02T03:04:05Z"),
                Token::Close,
            ]
        );
    }

    #[test]
    fn a_lambda_s_variable_ends_at_its_colon() {
        let found = tokens("rows/any(p:p/name eq null)").unwrap();
        assert_eq!(found[2..4], [Token::Word("p".to_owned()), Token::Colon]);
    }

    #[test]
    fn an_open_quote_is_an_error() {
        assert!(tokens("name eq 'open").is_err());
    }
}
