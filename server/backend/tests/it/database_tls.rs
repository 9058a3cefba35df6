//! A PostgreSQL over the network, with certificates made here.

use std::path::{Path, PathBuf};

use backend::database::{connect, establish, is_encrypted, migrate, require_migrated};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use tempfile::TempDir;
use testing::NetworkPostgres;

/// `0.0.0.0` reaches this machine, and is none of its own names: it stands for another machine.
const FAR: &str = "0.0.0.0";
const ONLY_TLS: [&str; 2] =
    ["hostssl all all 127.0.0.1/32 scram-sha-256", "hostnossl all all 127.0.0.1/32 reject"];
const ANY: [&str; 1] = ["host all all 127.0.0.1/32 scram-sha-256"];
const WITH_TLS: [&str; 3] = ["ssl = on", "ssl_cert_file = 'server.crt'", "ssl_key_file = 'server.key'"];

struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    folder: TempDir,
}

/// A certificate and its key, in PEM.
struct Signed {
    certificate: String,
    key: String,
}

impl Authority {
    fn new() -> Self {
        let mut params = params(&[]);
        params.distinguished_name.push(DnType::CommonName, "an authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let issuer = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("root.pem"), issuer.pem()).unwrap();
        Self { issuer, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    fn sign(&self, names: &[&str]) -> Signed {
        self.sign_with(names, |_| {})
    }

    fn sign_with(&self, names: &[&str], change: impl FnOnce(&mut CertificateParams)) -> Signed {
        let mut params = params(names);
        change(&mut params);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap().pem();
        Signed { certificate, key: key.serialize_pem() }
    }
}

fn params(names: &[&str]) -> CertificateParams {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let mut params = CertificateParams::new(names).unwrap();
    params.distinguished_name.push(DnType::CommonName, "a server");
    params
}

async fn server(signed: &Signed, rules: &[&str]) -> NetworkPostgres {
    let files = [("server.crt", &*signed.certificate), ("server.key", &*signed.key)];
    NetworkPostgres::start(&WITH_TLS, rules, &files).await
}

fn rooted(mode: &str, file: &Path) -> String {
    format!("sslmode={mode}&sslrootcert={}", file.display())
}

async fn refused(url: &str) -> String {
    match establish(url).await {
        Ok(_) => panic!("connected: {url}"),
        Err(error) => error.to_string(),
    }
}

/// Fails when `Encryption::IfOffered` or `Always` asks for no TLS.
#[tokio::test(flavor = "multi_thread")]
async fn every_mode_that_may_be_is_encrypted_where_the_server_can() {
    let authority = Authority::new();
    let server = server(&authority.sign(&["localhost", "127.0.0.1", FAR]), &ANY).await;
    for (host, parameters) in [
        ("127.0.0.1", String::new()),
        ("127.0.0.1", "sslmode=prefer".into()),
        ("localhost", "sslmode=require".into()),
        (FAR, String::new()),
        (FAR, "sslmode=prefer".into()),
        (FAR, rooted("require", &authority.file())),
        ("127.0.0.1", rooted("verify-ca", &authority.file())),
        ("localhost", rooted("verify-full", &authority.file())),
        (FAR, rooted("verify-full", &authority.file())),
    ] {
        let encrypted = is_encrypted(&server.url(host, &parameters)).await;
        assert!(
            encrypted.unwrap_or_else(|error| panic!("{host} {parameters}: {error:#}")),
            "{host} {parameters}"
        );
    }
    for host in ["127.0.0.1", FAR] {
        assert!(!is_encrypted(&server.url(host, "sslmode=disable")).await.unwrap(), "{host}");
    }
}

/// Everything that connects, on a server that takes nobody without TLS. Fails when one of them connects by
/// another way than `establish`.
#[tokio::test(flavor = "multi_thread")]
async fn migrations_pools_and_dumps_go_over_tls() {
    let authority = Authority::new();
    let server = server(&authority.sign(&["localhost"]), &ONLY_TLS).await;
    let url = server.url("localhost", &rooted("verify-full", &authority.file()));
    migrate(&url).await.unwrap();
    require_migrated(&url).await.unwrap();
    let pool = connect(&url, 2).await.unwrap();
    let (one, two) = (pool.get().await.unwrap(), pool.get().await.unwrap());
    drop((one, two));
    drop(pool);
    assert!(!backend::database::is_empty(&url).await.unwrap());
    assert_eq!(backend::database::audit(&url).await.unwrap().people, 0);
    let mut dump = Vec::new();
    backend::database::dump(&url, &mut dump).await.unwrap();
    backend::database::clear(&url).await.unwrap();
    backend::database::restore(&url, &mut &dump[..]).await.unwrap();
    require_migrated(&url).await.unwrap();
    let plain = refused(&server.url("127.0.0.1", "sslmode=disable")).await;
    assert!(plain.contains("it may want TLS"), "{plain}");
}

/// Fails when the verifier says yes to everybody.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_who_it_should_be_is_refused_in_words() {
    let (authority, other) = (Authority::new(), Authority::new());
    let server = server(&authority.sign(&["db.example.org"]), &ANY).await;
    let full = refused(&server.url("localhost", &rooted("verify-full", &authority.file()))).await;
    assert!(full.contains("it is for another name") && full.contains("db.example.org"), "{full}");
    assert!(is_encrypted(&server.url("localhost", &rooted("verify-ca", &authority.file()))).await.unwrap());
    for mode in ["require", "verify-ca", "verify-full"] {
        let foreign = refused(&server.url("localhost", &rooted(mode, &other.file()))).await;
        assert!(foreign.contains("no authority in sslrootcert vouches for it"), "{mode}: {foreign}");
    }
    let system = refused(&server.url("localhost", "sslmode=verify-full&sslrootcert=system")).await;
    assert!(system.contains("no authority") || system.contains("finds no certificate"), "{system}");
    let missing = refused(&server.url("localhost", &rooted("verify-full", Path::new("/nowhere.pem")))).await;
    assert!(missing.contains("/nowhere.pem cannot be read"), "{missing}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_has_expired_is_refused() {
    let authority = Authority::new();
    let expired = authority.sign_with(&["localhost"], |params| {
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
    });
    let server = server(&expired, &ANY).await;
    for mode in ["verify-ca", "verify-full"] {
        let refused = refused(&server.url("localhost", &rooted(mode, &authority.file()))).await;
        assert!(refused.contains("it has expired"), "{refused}");
    }
}

/// As PostgreSQL's manual makes one: `openssl req -x509`, which is an authority and a server at once.
#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_signed_by_itself_is_believed_where_it_is_given() {
    let mut params = params(&["localhost"]);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().unwrap();
    let certificate = params.self_signed(&key).unwrap().pem();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("server.crt");
    std::fs::write(&file, &certificate).unwrap();
    let server = server(&Signed { certificate, key: key.serialize_pem() }, &ANY).await;
    assert!(is_encrypted(&server.url("localhost", &rooted("verify-full", &file))).await.unwrap());
    let other = refused(&server.url("localhost", &rooted("verify-full", &Authority::new().file()))).await;
    assert!(other.contains("is refused"), "{other}");
}

/// Fails when `prefer`, or nothing, goes on in the clear with another machine.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_elsewhere_without_tls_is_refused_unless_the_address_says_so() {
    let server = NetworkPostgres::start(&[], &ANY, &[]).await;
    for parameters in ["", "sslmode=prefer", "sslmode=require"] {
        let refused = refused(&server.url(FAR, parameters)).await;
        assert!(refused.contains("speaks no TLS") && refused.contains("sslmode=disable"), "{refused}");
    }
    assert!(!is_encrypted(&server.url(FAR, "sslmode=disable")).await.unwrap());
    // Nobody is between this machine and itself.
    assert!(!is_encrypted(&server.url("127.0.0.1", "")).await.unwrap());
    assert!(refused(&server.url("127.0.0.1", "sslmode=require")).await.contains("speaks no TLS"));
}

/// Fails when the pool keeps to itself why it has no connection.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_and_the_password_is_not() {
    let server = NetworkPostgres::start(&[], &ANY, &[]).await;
    let wrong = server.url("127.0.0.1", "").replace("word@", "other@");
    let said = format!("{:#}", connect(&wrong, 2).await.unwrap_err());
    assert!(said.contains("password authentication failed for user"), "{said}");
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let away = format!("{:#}", connect(&format!("postgresql://u:hush@{nobody}/d"), 2).await.unwrap_err());
    assert!(away.contains(&nobody.to_string()) && away.to_lowercase().contains("refused"), "{away}");
    for said in [said, away] {
        assert!(!said.contains("bb8") && !said.contains("other") && !said.contains("hush"), "{said}");
    }
}
