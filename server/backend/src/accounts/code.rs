//! The code that confirms an address: six digits, derived and stored nowhere.

use std::fmt;

use model::RegistrationId;
use subtle::ConstantTimeEq;

use crate::secret::{Secret, hmac};

pub(crate) struct Code(u32);

impl Code {
    /// The `number`th code of a sign-up. The address is part of it: a code proves that one only.
    pub(super) fn new(secret: &Secret, registration: RegistrationId, number: i32, email: &str) -> Self {
        let parts: [&[u8]; 3] = [registration.0.as_bytes(), &number.to_be_bytes(), email.as_bytes()];
        let [a, b, c, d, e, f, g, h, ..] = hmac(secret.codes(), &parts);
        let code = u64::from_be_bytes([a, b, c, d, e, f, g, h]) % 1_000_000;
        Self(u32::try_from(code).expect("less than a million"))
    }

    /// Compares in a time that does not depend on where the two differ.
    pub(super) fn is(&self, digits: &str) -> bool {
        self.to_string().as_bytes().ct_eq(digits.as_bytes()).into()
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:06}", self.0)
    }
}
