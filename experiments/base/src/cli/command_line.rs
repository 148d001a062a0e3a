use std::env;

/// Returns the command line of this process, as a shell reads it.
pub fn command_line() -> String {
    let words = env::args_os().skip(1);
    words.fold("tangent".to_owned(), |line, word| {
        line + " " + &quoted(&word.to_string_lossy())
    })
}

/// Returns a word as a shell reads it.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+,:@%=".contains(c);
    match !word.is_empty() && word.chars().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::quoted;

    #[test]
    fn a_shell_reads_a_quoted_word_back() {
        assert_eq!(quoted("../shared/data/glue"), "../shared/data/glue");
        for word in ["", "a b", "it's", "$HOME `x` \\ \"*\" ~", "λ/été"] {
            let script = format!("printf %s {}", quoted(word));
            let read = Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(read.stdout).unwrap(), word);
        }
    }
}
