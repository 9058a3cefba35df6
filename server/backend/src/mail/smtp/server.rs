use std::{fmt, net::IpAddr};

use anyhow::Context;
use lettre::{
    AsyncSmtpTransport, Tokio1Executor,
    transport::smtp::{
        AsyncSmtpTransportBuilder,
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};
use percent_encoding::percent_decode_str;
use url::{Host, Url};

const SUBMISSIONS: u16 = 465;
const SUBMISSION: u16 = 587;
const RELAY: u16 = 25;

/// Which mail server, and how it is spoken to. Never shown with its password.
#[derive(Clone, PartialEq, Eq)]
pub struct SmtpServer {
    host: String,
    port: u16,
    guard: Guard,
    login: Option<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Guard {
    /// TLS from the first byte.
    Tls,
    /// No mail and no password before STARTTLS, and the certificate is checked.
    StartTls,
    /// STARTTLS if the server offers it. There is no password to lose, or the server is this machine;
    /// the certificate is not checked, since whoever could forge it could also take the offer away.
    StartTlsIfOffered,
}

impl SmtpServer {
    /// Reads `smtp://[user:password@]host[:port]`, or `smtps://` for TLS from the first byte.
    ///
    /// # Errors
    /// What is wrong with it, in words that follow the setting's name and do not repeat its value.
    pub fn parse(url: &str) -> Result<Self, &'static str> {
        const FORM: &str = "must be smtp://user:password@host:port, or smtps:// for TLS from the first byte";
        let url = Url::parse(url).map_err(|_| FORM)?;
        let tls = match url.scheme() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(FORM),
        };
        let host = url.host().filter(|host| !host.to_string().is_empty()).ok_or(FORM)?;
        if url.port() == Some(0) {
            return Err(FORM);
        }
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err("must end with the port: nothing can be set after it");
        }
        let decoded = |text| percent_decode_str(text).decode_utf8().map_err(|_| FORM).map(String::from);
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            (name, Some(password)) if !name.is_empty() => Some((decoded(name)?, decoded(password)?)),
            _ => return Err("must name both a user and a password, or neither"),
        };
        // An IPv6 address is connected to without its brackets.
        let host = match host {
            Host::Ipv6(address) => address.to_string(),
            other => other.to_string(),
        };
        let guard = match () {
            () if tls => Guard::Tls,
            () if login.is_some() && !is_this_machine(&host) => Guard::StartTls,
            () => Guard::StartTlsIfOffered,
        };
        let usual = match (guard, &login) {
            (Guard::Tls, _) => SUBMISSIONS,
            (_, Some(_)) => SUBMISSION,
            (_, None) => RELAY,
        };
        Ok(Self { host, port: url.port().unwrap_or(usual), guard, login })
    }

    /// `name` is what we call ourselves.
    pub(super) fn builder(&self, name: &str) -> anyhow::Result<AsyncSmtpTransportBuilder> {
        let unchecked = self.guard == Guard::StartTlsIfOffered;
        let tls = TlsParameters::builder(self.host.clone())
            .dangerous_accept_invalid_certs(unchecked)
            .build()
            .context("TLS for mail cannot be set up")?;
        let tls = match self.guard {
            Guard::Tls => Tls::Wrapper(tls),
            Guard::StartTls => Tls::Required(tls),
            Guard::StartTlsIfOffered => Tls::Opportunistic(tls),
        };
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&self.host)
            .port(self.port)
            .hello_name(ClientId::Domain(name.to_owned()))
            .tls(tls);
        Ok(match &self.login {
            Some((name, password)) => builder.credentials(Credentials::new(name.clone(), password.clone())),
            None => builder,
        })
    }
}

fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Without user and password.
impl fmt::Display for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let guard = match self.guard {
            Guard::Tls => "by TLS",
            Guard::StartTls => "by STARTTLS",
            Guard::StartTlsIfOffered => "by STARTTLS if it is offered",
        };
        write!(f, "the mail server at {} port {}, {guard}", self.host, self.port)
    }
}

impl fmt::Debug for SmtpServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_travels_under_tls_or_within_this_machine() {
        let guard = |url| SmtpServer::parse(url).unwrap().guard;
        for url in ["smtps://mail.example.org", "smtps://u:p@127.0.0.1:465"] {
            assert_eq!(guard(url), Guard::Tls, "{url}");
        }
        for url in ["smtp://u:p@mail.example.org", "smtp://u:p@192.0.2.1", "smtp://u:p@localhost.example.org"]
        {
            assert_eq!(guard(url), Guard::StartTls, "{url}");
        }
        for url in
            ["smtp://mail.example.org", "smtp://u:p@localhost", "smtp://u:p@127.0.0.9", "smtp://u:p@[::1]"]
        {
            assert_eq!(guard(url), Guard::StartTlsIfOffered, "{url}");
        }
    }

    #[test]
    fn ports_are_the_usual_ones_unless_told() {
        let port = |url| SmtpServer::parse(url).unwrap().port;
        assert_eq!(port("smtps://u:p@mail.example.org"), 465);
        assert_eq!(port("smtp://u:p@mail.example.org"), 587);
        assert_eq!(port("smtp://mail.example.org/"), 25);
        assert_eq!(port("smtp://mail.example.org:2525"), 2525);
    }

    #[test]
    fn names_and_passwords_are_decoded_and_never_shown() {
        let server = SmtpServer::parse("smtp://me%40example.org:hu%2Fsh@mail.example.org").unwrap();
        assert_eq!(server.login, Some(("me@example.org".to_owned(), "hu/sh".to_owned())));
        assert_eq!(format!("{server}"), "the mail server at mail.example.org port 587, by STARTTLS");
        assert!(!format!("{server:?}").contains("hu/sh"));
    }

    #[test]
    fn refuses_everything_else_without_repeating_it() {
        let bad = [
            "mail.example.org:25",
            "http://mail",
            "smtp://",
            "smtp://u@mail",
            "smtp://:hush@mail",
            "smtp://u:hush@mail/path",
            "smtp://u:hush@mail?tls=none",
            "smtp://u:hush@mail:0",
            "smtp://u:hush@mail:99999",
            "",
        ];
        for url in bad {
            let refused = SmtpServer::parse(url).unwrap_err();
            assert!(refused.starts_with("must ") && !refused.contains("hush"), "{url}: {refused}");
        }
    }
}
