//! A database's address without its password: a command line is for everybody to read.

/// What goes on the command line, and what goes beside it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Login {
    pub(super) url: String,
    pub(super) password: Option<String>,
}

impl Login {
    /// Of a `postgresql://user:password@host/database`. One in its parameters is left there.
    pub(super) fn of(url: &str) -> Self {
        let apart = || {
            let (scheme, rest) = url.split_once("://")?;
            let (login, place) = rest.split_once('@')?;
            let (user, password) = login.split_once(':')?;
            Some((format!("{scheme}://{user}@{place}"), decoded(password)))
        };
        match apart() {
            Some((url, password)) => Self { url, password: Some(password) },
            None => Self { url: url.to_owned(), password: None },
        }
    }
}

/// `%40` is `@`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let code = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match code.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_goes_beside_the_address() {
        let login = Login::of("postgresql://u:a%40b%3Ac%@db.example.org:5433/d?sslmode=disable");
        assert_eq!(login.url, "postgresql://u@db.example.org:5433/d?sslmode=disable");
        assert_eq!(login.password.as_deref(), Some("a@b:c%"));
        for url in ["postgresql://u@/d?host=%2Ftmp", "postgresql:///d", "postgresql://db:5432/d"] {
            assert_eq!(Login::of(url), Login { url: url.to_owned(), password: None });
        }
    }
}
