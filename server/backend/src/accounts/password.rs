//! Passwords: argon2id at OWASP's figures, off the async threads, a few at a time. They are hashed in
//! Unicode's NFC: keyboards and operating systems differ in how they write the same letter.

use std::{sync::LazyLock, thread::available_parallelism, time::Duration};

use anyhow::Context;
use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use model::{Error, visible::is_invisible};
use tokio::sync::{Semaphore, SemaphorePermit};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use zxcvbn::{Score, zxcvbn};

use crate::failure::{Failure, Outcome};

/// KiB of memory, passes, lanes.
const COST: (u32, u32, u32) = (19_456, 2, 1);
/// How the demo's password begins, however it is spelt.
const DEMO: &str = "rapportdemo";
/// The weakest password that is taken: more than 10^8 guesses by somebody who knows the usual ones.
const WEAKEST: Score = Score::Three;
/// What the list of well-known passwords lacks: the name of the product, the passwords of a famous drawing, greetings,
/// and the usual words and keys of other alphabets.
const FAMOUS: &[&str] = &[
    "rapport",
    "correcthorsebatterystaple",
    "correct horse battery staple",
    "correct-horse-battery-staple",
    "tr0ub4dor",
    "troubador",
    "willkommen",
    "passwort",
    "bienvenue",
    "bienvenido",
    "contrasena",
    "motdepasse",
    "wochenende",
    "пароль",
    "привет",
    "йцукенгшщзхъ",
    "фывапролджэ",
    "ячсмитьбю",
];
/// What a new password every quarter, month or week is made of, without accents.
const SEASONS: &str = "winter spring summer autumn fall sommer herbst fruehling fruhling invierno verano primavera otono \
    hiver printemps automne ete january february march april may june july august september october november december \
    januar februar marz maerz mai juni juli oktober dezember janvier fevrier mars avril juin juillet aout septembre \
    octobre novembre decembre enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre \
    gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre monday tuesday wednesday thursday friday \
    saturday sunday montag dienstag mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi \
    samedi dimanche lunes martes miercoles jueves viernes sabado domingo";
/// Longer texts are several words, of which one alone is another matter.
const LONGEST_WORD: usize = 12;
/// The fewest different characters of a password.
const FEWEST_DIFFERENT: usize = 5;
/// Longest wait for a turn, and then "try again".
const PATIENCE: Duration = Duration::from_secs(10);
/// What the password of an account that does not exist is compared with, at the same cost.
const NOBODY: &str = "$argon2id$v=19$m=19456,t=2,p=1$cmFwcG9ydC1ub2JvZHktMQ$\
    AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// One turn for each core of this machine, which is the process's to share and no single backend's.
static TURNS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(available_parallelism().map_or(1, |cores| cores.get())));

/// Refuses a new password that is easily guessed: a well-known one, also with capitals, digits in place of
/// letters or a year, keys side by side, repetitions, and what others know of the person.
///
/// # Errors
/// `invalid`, field `password`.
pub(super) async fn refuse_weak(password: &str, known: &[&str]) -> Outcome<()> {
    let password: String = password.nfc().collect();
    let known = words(known);
    let score = work(move || {
        let usual = FAMOUS.iter().copied().chain(SEASONS.split_whitespace());
        let known: Vec<&str> = known.iter().map(String::as_str).chain(usual).collect();
        let bare: String = plain(&password).chars().filter(|c| c.is_alphanumeric()).collect();
        if bare.starts_with(DEMO)
            || is_one_word(&plain(&password), &known)
            || different(&password) < FEWEST_DIFFERENT
        {
            return Ok(Score::Zero);
        }
        let spellings = [password.clone(), plain(&password), unshifted(&plain(&password))];
        Ok(spellings.iter().map(|text| zxcvbn(text, &known).score()).min().unwrap_or(Score::Zero))
    })
    .await?;
    match score >= WEAKEST {
        true => Ok(()),
        false => Err(Error::invalid("password", "That is too easy to guess. A few words are good.").into()),
    }
}

/// What others know of the person, also word by word (of a name, of an address), and joined.
fn words(known: &[&str]) -> Vec<String> {
    let parts = known.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    let joined = known.iter().map(|text| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>());
    let whole = known.iter().map(|text| (*text).to_owned());
    let all = whole.chain(joined).chain(parts.map(str::to_owned));
    all.filter(|word| word.chars().count() >= 3).flat_map(|word| [plain(&word), word]).collect()
}

/// Whether it is a known word, or a part of one, with no more than a year and some signs around it.
fn is_one_word(password: &str, known: &[&str]) -> bool {
    let word = password.trim_matches(|c: char| !c.is_alphabetic());
    let (length, rest) = (word.chars().count(), password.chars().count());
    let is_known = |known: &&str| {
        let known = plain(known);
        known == word || known.chars().count() <= LONGEST_WORD && known.contains(word)
    };
    length >= 3 && rest - length <= 8 && known.iter().any(is_known)
}

fn different(password: &str) -> usize {
    password.chars().collect::<std::collections::HashSet<_>>().len()
}

/// Without what nobody sees, and with plain letters for wide and accented ones.
fn plain(password: &str) -> String {
    let letters = password.nfkd().filter(|c| !is_invisible(*c) && !is_combining_mark(*c));
    letters.collect::<String>().to_lowercase()
}

/// With the keys that were typed while Shift was held: `!QAZ2wsx` is a walk over the keyboard, too.
fn unshifted(password: &str) -> String {
    let key = |c| "!@#$%^&*()".find(c).map_or(c, |place| char::from(b"1234567890"[place]));
    password.chars().map(key).collect()
}

/// Hashes a new password, with a salt of its own.
pub async fn hash(password: String) -> Outcome<String> {
    work(move || {
        let password: String = password.nfc().collect();
        let hash: PasswordHash = argon2()?.hash_password(password.as_bytes()).context("hashing")?;
        Ok(hash.to_string())
    })
    .await
}

/// Whether it is the password behind `hash`. Without one, as for an unknown account, it never is,
/// and finding out takes as long.
pub(super) async fn matches(password: String, hash: Option<String>) -> Outcome<bool> {
    let known = hash.is_some();
    let hash = hash.unwrap_or_else(|| NOBODY.to_owned());
    let same = work(move || {
        let hash = PasswordHash::new(&hash).context("reading a stored password hash")?;
        let argon2 = argon2()?;
        let is_it = |text: &String| argon2.verify_password(text.as_bytes(), &hash).is_ok();
        Ok(forms(&password).iter().any(is_it))
    })
    .await?;
    Ok(known && same)
}

/// The forms of a password that may have been hashed, the likeliest first: NFC, and those in which it was
/// hashed before passwords were normalized. One for most passwords, and three at most.
fn forms(password: &str) -> Vec<String> {
    let mut forms = vec![password.nfc().collect()];
    for other in [password.to_owned(), password.nfd().collect()] {
        if !forms.contains(&other) {
            forms.push(other);
        }
    }
    forms
}

fn argon2() -> anyhow::Result<Argon2<'static>> {
    let (memory, passes, lanes) = COST;
    let params = Params::new(memory, passes, lanes, None).context("argon2 parameters")?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

async fn work<T: Send + 'static>(task: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> Outcome<T> {
    let turn = turn().await?;
    let result = tokio::task::spawn_blocking(move || {
        // Held by the work itself: a caller who leaves does not make room while it goes on.
        let _turn = turn;
        task()
    });
    Ok(result.await.context("a password task")??)
}

async fn turn() -> Outcome<SemaphorePermit<'static>> {
    let turn = tokio::time::timeout(PATIENCE, TURNS.acquire()).await;
    let turn = turn.map_err(|_| Failure::Refused(Error::unavailable()))?;
    Ok(turn.context("the turns are never closed")?)
}

#[cfg(test)]
mod tests {
    use super::*;

    // Fails without the list.
    #[tokio::test]
    async fn passwords_that_everybody_tries_first_are_refused() {
        for bad in [
            "password123",
            "qwertyuiop",
            "Passw0rd123",
            "CorrectHorseBatteryStaple1",
            "Winter2025!!",
            "Sommer2026!",
            "!QAZ2wsx#EDC",
            "ｐａｓｓｗｏｒｄ１２３",
            "p\u{200b}assword123",
            "correct horse battery staple",
            "aaaaaaaaab",
            "Password123!",
            "P@ssw0rd12",
            "1234567890",
            "0123456789",
            "abcdefghij",
            "iloveyou123",
            "1q2w3e4r5t",
            "qwerty12345",
            "letmein12345",
            "welcome2024",
            "abababababab",
            "zzzzzzzzzzzz",
            "administrator",
            "sunshine2024",
            "asdfghjkl123",
            "ada.example1",
            "rapportrapport",
            "März2026!!!",
            "Freitag2026!",
            "Donnerstag1",
            "Juillet2026!",
            "febrero2026!",
            "Sommer-2026!",
            "Willkommen1!",
            "Tr0ub4dor&3",
            "йцукенгшщз",
            "пароль12345",
            "11112222333344",
            "AdaLovelace1815",
            "Lovelace2026!",
            "Zimmerlein1!",
            "MyDomain2026!",
            "Rapport-Demo-1",
            "rapport_demo_1!",
            "ｒａｐｐｏｒｔ-demo-1",
            "rapport demo 2026",
        ] {
            let known = ["ada", "Ada Lovelace", "b.zimmerlein@mydomain.example", "ada.example"];
            assert!(refuse_weak(bad, &known).await.is_err(), "{bad}");
        }
        for good in ["correct horse battery", "another long password", "Grüße aus Köln 17", "tr0ub4dor-und-3"]
        {
            assert!(refuse_weak(good, &["ada", "Ada Example"]).await.is_ok(), "{good}");
        }
    }

    // Fails when a password is hashed or compared as it was typed.
    #[tokio::test]
    async fn a_password_is_the_same_however_its_letters_are_written() {
        let (nfc, nfd) = ("Gr\u{fc}\u{df}e aus K\u{f6}ln", "Gru\u{308}\u{df}e aus Ko\u{308}ln");
        for (typed, later) in [(nfc, nfd), (nfd, nfc), (nfc, nfc), (nfd, nfd)] {
            let hash = hash(typed.to_owned()).await.unwrap();
            assert!(matches(later.to_owned(), Some(hash.clone())).await.unwrap());
            assert!(!matches("Grusse aus Koln".to_owned(), Some(hash)).await.unwrap());
        }
    }

    // Fails when only the normalized form is compared.
    #[tokio::test]
    async fn hashes_of_passwords_that_were_not_normalized_stay_good() {
        let nfd = "Gru\u{308}\u{df}e aus Ko\u{308}ln";
        let salt = b"a salt of 16 byt";
        let hash = argon2().unwrap().hash_password_with_salt(nfd.as_bytes(), salt).unwrap().to_string();
        for typed in [nfd.to_owned(), nfd.nfc().collect()] {
            assert!(matches(typed, Some(hash.clone())).await.unwrap());
        }
    }
}
