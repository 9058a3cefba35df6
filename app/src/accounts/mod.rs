//! Accounts.
pub mod calls;
pub mod filled;
pub mod gate;
pub mod next;
pub mod register;
pub mod sign_in;
pub mod verify;

use crate::ui::on_demand::on_demand;

on_demand!(RegisterPage = register::Register, chunk = accounts);
on_demand!(SignInPage = sign_in::SignIn, chunk = accounts);
on_demand!(VerifyPage = verify::Verify, chunk = accounts);
