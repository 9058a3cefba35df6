//! What a PostgreSQL has to prove about itself before it is told anything.

use std::{path::Path, sync::Arc};

use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
        verify_server_cert_signed_by_trust_anchor, verify_server_name,
    },
    crypto::{self, CryptoProvider, WebPkiSupportedAlgorithms},
    pki_types::{CertificateDer, ServerName, UnixTime, pem::PemObject},
    server::ParsedCertificate,
};

use super::address::{Authorities, Encryption, Name};

/// The protocol's name in a TLS handshake, which newer servers look at.
const PROTOCOL: &[u8] = b"postgresql";

/// How TLS is spoken where `encryption` asks for it.
///
/// # Errors
/// The authorities cannot be read, in words that follow the name of the setting.
pub(super) fn client(encryption: &Encryption) -> Result<ClientConfig, String> {
    let provider = Arc::new(crypto::ring::default_provider());
    let trust = match encryption {
        Encryption::None | Encryption::IfOffered | Encryption::Always => Trust::Anybody,
        Encryption::Checked { authorities, name } => Trust::of(authorities, *name)?,
    };
    let verifier = Verifier { trust, algorithms: provider.signature_verification_algorithms };
    let config = ClientConfig::builder_with_provider(provider as Arc<CryptoProvider>)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = config.with_no_client_auth();
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    Ok(config)
}

/// rustls checks certificates with names only; `verify-ca` and `require` are made here of its parts.
#[derive(Debug)]
struct Verifier {
    trust: Trust,
    algorithms: WebPkiSupportedAlgorithms,
}

#[derive(Debug)]
enum Trust {
    Anybody,
    Authorities { roots: RootCertStore, given: Vec<CertificateDer<'static>>, name: Name },
}

impl Trust {
    fn of(authorities: &Authorities, name: Name) -> Result<Self, String> {
        let given = match authorities {
            Authorities::System => rustls_native_certs::load_native_certs().certs,
            Authorities::File(path) => certificates(path)?,
        };
        let mut roots = RootCertStore::empty();
        // The system's store may hold what nobody can read.
        let (added, _) = roots.add_parsable_certificates(given.iter().cloned());
        if added == 0 {
            let whose = match authorities {
                Authorities::System => "the operating system".to_owned(),
                Authorities::File(path) => path.display().to_string(),
            };
            return Err(format!("finds no certificate in {whose}"));
        }
        Ok(Self::Authorities { roots, given, name })
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let shown = path.display();
    let pem = std::fs::read(path).map_err(|error| format!("{shown} cannot be read: {}", error.kind()))?;
    CertificateDer::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|_| format!("{shown} does not hold certificates in PEM"))
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Trust::Authorities { roots, given, name } = &self.trust else {
            return Ok(ServerCertVerified::assertion());
        };
        let certificate = ParsedCertificate::try_from(end_entity)?;
        let all = self.algorithms.all;
        match verify_server_cert_signed_by_trust_anchor(&certificate, roots, intermediates, now, all) {
            // Signed by itself and given as it is, as PostgreSQL's manual makes one: it is an authority and a
            // server at once, which is all that is wrong with it. That it runs was checked before.
            Err(Error::InvalidCertificate(CertificateError::Other(_))) if given.contains(end_entity) => {}
            verified => verified?,
        }
        if *name == Name::TheHost {
            verify_server_name(&certificate, server_name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        crypto::verify_tls12_signature(message, certificate, signature, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        crypto::verify_tls13_signature(message, certificate, signature, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}
