//! Whether a secret was drawn by chance, as far as its text can show it.

use std::collections::{HashMap, HashSet};

use base64::{Engine, prelude::BASE64_STANDARD_NO_PAD};

/// Shannon's entropy of the characters as they occur, for the whole text. 32 random hexadecimal digits have 94 at
/// the least of many thousand draws.
const FEWEST_BITS: f64 = 90.0;
/// Characters that neither repeat what stood before nor count on from it. 32 random hexadecimal digits have 24 at
/// the least.
const FEWEST_UNFORESEEN: usize = 18;
/// Letters of one case in a row that make a word.
const WORD: usize = 4;
/// Words of examples and placeholders, and walks over the keyboard, in small letters alone.
const PLACEHOLDERS: [&str; 16] = [
    "asdfgh",
    "zaqwsx",
    "changeme",
    "example",
    "goeshere",
    "keyhere",
    "secret",
    "secure",
    "password",
    "placeholder",
    "qazwsx",
    "qwerty",
    "replace",
    "default",
    "sample",
    "rapport",
];

/// Checksums of other people's packages: random, but for everybody to read.
const LOCK_FILES: [&str; 3] = [
    include_str!("../../../../Cargo.lock"),
    include_str!("../../../../end2end/package-lock.json"),
    include_str!("../../../../style/package-lock.json"),
];
/// How numbers begin that look random and are well known.
const WELL_KNOWN: &str = include_str!("well_known.txt");
/// Every other value in a file of this repository that looks random. A test compares it with the files.
const PUBLISHED: &str = include_str!("published.txt");

/// Why a text is no secret; `None` if nothing speaks against it.
pub(super) fn weakness(text: &str) -> Option<&'static str> {
    if is_published(text) {
        return Some("is published in Rapport's repository");
    }
    is_guessable(text).then_some("can be guessed")
}

/// Whether somebody made it up, in place of drawing it by chance.
pub(crate) fn is_guessable(text: &str) -> bool {
    let only: String = text.to_lowercase().chars().filter(char::is_ascii_lowercase).collect();
    let letters = [letters(text), only];
    // Commands and sentences have blanks, whatever else they are made of.
    text.chars().any(char::is_whitespace)
        || entropy(text) < FEWEST_BITS
        || unforeseen(text) < FEWEST_UNFORESEEN
        || is_made_of_words(text)
        || PLACEHOLDERS.iter().any(|word| letters.iter().any(|letters| letters.contains(word)))
        || decoded(text).is_some_and(|bytes| bytes.iter().all(|byte| (b' '..=b'~').contains(byte)))
}

/// The bytes behind Base64 or hexadecimal digits. Bytes drawn by chance are hardly ever text.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let bare = text.trim_end_matches('=').replace('-', "+").replace('_', "/");
    hex::decode(text).ok().or_else(|| BASE64_STANDARD_NO_PAD.decode(bare).ok())
}

/// In small letters alone, with letters for the digits and signs that look like them.
fn letters(text: &str) -> String {
    let letter = |c: char| match c.to_ascii_lowercase() {
        '0' => 'o',
        '1' | '!' => 'i',
        '3' => 'e',
        '4' | '@' => 'a',
        '5' | '$' => 's',
        '7' => 't',
        c => c,
    };
    text.chars().map(letter).filter(char::is_ascii_lowercase).collect()
}

fn is_published(text: &str) -> bool {
    // Base64 may end in `=`, and need not.
    let text = text.trim_end_matches('=');
    let lower = text.to_ascii_lowercase();
    let bare: String = lower.chars().filter(char::is_ascii_alphanumeric).collect();
    LOCK_FILES.iter().any(|file| file.contains(text) || file.contains(&lower))
        || PUBLISHED.lines().any(|line| lower.contains(&line.to_ascii_lowercase()))
        || WELL_KNOWN.lines().any(|known| bare.starts_with(known))
}

fn entropy(text: &str) -> f64 {
    let mut counts = HashMap::new();
    for c in text.chars() {
        *counts.entry(c).or_insert(0.0) += 1.0;
    }
    let length = text.chars().count() as f64;
    counts.values().map(|count: &f64| count * (length / count).log2()).sum()
}

/// Counts the characters that follow from nothing before them: neither from two that were followed by the same
/// one earlier, nor as the next step of a sequence such as `cdef`, `9753` or `a1b2c3`.
fn unforeseen(text: &str) -> usize {
    let codes: Vec<i64> = text.chars().map(|c| i64::from(u32::from(c))).collect();
    let mut seen = HashSet::new();
    let follows = |at: usize, step: usize| {
        at >= 2 * step && codes[at] - codes[at - step] == codes[at - step] - codes[at - 2 * step]
    };
    let is_new = |at: &usize| {
        let repeats = *at >= 2 && !seen.insert(&codes[at - 2..=*at]);
        !repeats && !follows(*at, 1) && !follows(*at, 2)
    };
    (0..codes.len()).filter(is_new).count()
}

/// Whether two thirds of it or more are words: letters of one case in a row, or lower-case letters alone between
/// punctuation, as in `row_of_words`.
fn is_made_of_words(text: &str) -> bool {
    let is_lower = |part: &&str| part.chars().all(char::is_lowercase);
    let parts = text.split(|c: char| !c.is_alphanumeric()).filter(is_lower).map(str::len).sum::<usize>();
    let case = |c: &char| (c.is_lowercase(), c.is_uppercase());
    let chars: Vec<char> = text.chars().collect();
    let runs = chars.chunk_by(|one, next| case(one) == case(next));
    let words =
        runs.filter(|run| run.len() >= WORD && run[0].is_alphabetic()).map(<[char]>::len).sum::<usize>();
    3 * parts.max(words) >= 2 * text.len() || 5 * words_and_years(&chars) >= 4 * text.len()
}

/// How many characters are words, also with a capital, or years: `Summer2024!Winter2025!`.
fn words_and_years(chars: &[char]) -> usize {
    let continues = |one: &char, next: &char| {
        one.is_ascii_digit() && next.is_ascii_digit() || one.is_alphabetic() && next.is_lowercase()
    };
    let is_year = |run: &[char]| run.len() == 4 && matches!(run[..2], ['1', '9'] | ['2', '0']);
    let is_word = |run: &[char]| run.len() >= WORD && run[0].is_alphabetic();
    chars.chunk_by(continues).filter(|run| is_word(run) || is_year(run)).map(<[char]>::len).sum()
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, path::Path, process::Command};

    use base64::prelude::BASE64_STANDARD;
    use sha2::{Digest, Sha256};

    use super::*;

    const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

    /// The same draws every time: about one in sixty thousand Base64 texts does look like words, and is refused.
    #[test]
    fn what_was_drawn_by_chance_is_a_secret() {
        for draw in 0..2_000_u32 {
            let bytes = Sha256::digest(draw.to_be_bytes());
            let texts = [hex::encode(&bytes[..16]), hex::encode(bytes), BASE64_STANDARD.encode(bytes)];
            for text in texts {
                assert_eq!(weakness(&text), None, "{text}");
            }
        }
    }

    #[test]
    fn what_somebody_thought_up_is_none() {
        let weak = [
            "replace-0000000000000000000000000000000000000000",
            "replace-1111111111111111111111111111111111111111",
            "00000000000000000000000000000000",
            "abababababababababababababababababab",
            "0123456789abcdef0123456789abcdef",
            "fedcba9876543210fedcba9876543210fedcba98",
            "00112233445566778899aabbccddeeff",
            "a1b2c3d4e5f6g7h8i9j0k1l2m3n4o5p6",
            "abcdefghijklmnopqrstuvwxyz0123456789",
            "qwertyuiopasdfghjklzxcvbnm1234567890",
            "deadbeefcafebabedeadbeefcafebabe",
            "Zq7!Zq7!Zq7!Zq7!Zq7!Zq7!Zq7!Zq7!",
            "my-dog-has-fleas-and-the-cat-does-not-care",
            "change-me-change-me-change-me-change-me",
            "this-is-my-very-own-Secret-for-rapport",
            "your_super_Secure_jwt_k3y_here_123",
            "your-256-bit-s3cr3t-goes-here-2024",
            "P@ssw0rd-P@ssw0rd1-P@ssw0rd2-2024",
            "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.",
            "31415926535897932384626433832795028841971",
            "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
            "f47ac10b-58cc-4372-a567-0e02b2c3d479",
            "09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7",
            "258EAFA5-E914-47DA-95CA-C5AB0DC85B11",
            "{6ba7b812-9dad-11d1-80b4-00c04fd430c8}",
            "8d969eef6ecad3c29a3a629280e686cf0c3f5d5a86aff3ca12020c923adc6c92",
            "c3VwZXJzZWNyZXRrZXlzdXBlcnNlY3JldGtleQ==",
            "eW91ci0yNTYtYml0LXNlY3JldC1nb2VzLWhlcmU=",
            "aHR0cHM6Ly9jaGF0LmV4YW1wbGUub3Jn",
            "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9",
            "6d7920646f672068617320666c65617320616e64206361747320646f206e6f74",
            "Summer2024!Winter2025!Autumn2026!",
            "ilovemydog2019ilovemycat2020!!Max",
            "q1w2e3r4t5y6u7i8o9p0a1s2d3f4g5h6",
            "zaq12wsxcde34rfvbgt56yhnmju78ik,",
            "openssl rand -base64 16 | tr +/ -_ | tr -d =",
            "<openssl rand -hex 32>\u{a0}<openssl rand -hex 32>",
            "# openssl rand -hex 32; the same everywhere.",
        ];
        for text in weak {
            assert!(weakness(text).is_some(), "{text}");
        }
    }

    /// Whatever stands in a file of the repository is known to whoever reads it: none of it may pass. What looks
    /// random and has to stand in a file is listed in `published.txt`.
    #[test]
    fn nothing_that_stands_in_the_repository_is_a_secret() {
        let files = Command::new("git").args(["ls-files", "-z"]).current_dir(ROOT).output().unwrap();
        assert!(files.status.success(), "the repository is there with its git");
        let files = String::from_utf8(files.stdout).unwrap();
        let mut passing = BTreeSet::new();
        for file in files.split_terminator('\0') {
            // Deleted and not committed yet.
            let Ok(bytes) = std::fs::read(Path::new(ROOT).join(file)) else { continue };
            let text = String::from_utf8_lossy(&bytes);
            let is_part = |c: char| c.is_ascii_alphanumeric() || "+/_.@%~-".contains(c);
            let values = text.split(|c| !is_part(c)).filter(|value| value.len() >= super::super::SHORTEST);
            // From these people copy whole lines.
            let is_copied =
                [".md", ".example", ".yaml", ".conf", ".sh"].iter().any(|end| file.ends_with(end));
            let lines = if is_copied { &*text } else { "" };
            let lines = lines.lines().map(str::trim).filter(|line| line.len() >= super::super::SHORTEST);
            passing.extend(values.chain(lines).filter(|value| weakness(value).is_none()).map(str::to_owned));
        }
        let lines: Vec<&str> = passing.iter().map(String::as_str).collect();
        assert!(lines.is_empty(), "add to server/src/config/secret/published.txt:\n{}", lines.join("\n"));
    }
}
