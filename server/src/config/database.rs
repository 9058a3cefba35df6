//! Which PostgreSQL.

use axum::http::Uri;
use backend::database::Address;

use super::{DATABASE_URL, Refusal};

#[derive(Clone, PartialEq, Eq)]
pub enum Database {
    /// The program's own, in the data folder.
    Private,
    /// Somebody else's, at this URL. It may hold a password.
    At(String),
}

impl Database {
    pub(super) fn read(url: Option<&str>) -> Result<Self, Refusal> {
        match url {
            None => Ok(Self::Private),
            Some(url) if url.starts_with("postgresql://") || url.starts_with("postgres://") => {
                Address::parse(url).map_err(|error| Refusal::new(DATABASE_URL, error.to_string()))?;
                Ok(Self::At(url.to_owned()))
            }
            // The value is not repeated: whatever it is, it may hold a password.
            Some(_) => Err(Refusal::new(DATABASE_URL, "must begin with postgresql:// or postgres://")),
        }
    }
}

/// Without the password.
impl std::fmt::Display for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Private => f.write_str("the program's own"),
            Self::At(url) => {
                let uri = url.parse::<Uri>().ok();
                let host = uri.as_ref().and_then(Uri::host).filter(|host| !host.is_empty());
                write!(f, "PostgreSQL at {}", host.unwrap_or("DATABASE_URL"))
            }
        }
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_never_shown_with_its_password() {
        let database =
            Database::read(Some("postgresql://u:hush@db.example.org:5433/d?sslmode=disable")).unwrap();
        assert_eq!(format!("{database} {database:?}").matches("db.example.org").count(), 2);
        assert!(!format!("{database} {database:?}").contains("hush"));
        let refused = Database::read(Some("u:hush@db")).unwrap_err();
        assert!(!refused.to_string().contains("hush"));
    }
}
