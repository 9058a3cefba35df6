//! What people read on the terminal.

use std::{
    fmt::Display,
    io::{Write, stdout},
};

/// Writes a line. Whoever reads it may have closed the other end (`rapport check | head -1`), and nothing is wrong then.
pub fn say(line: impl Display) {
    let mut stdout = stdout();
    drop(writeln!(stdout, "{line}").and_then(|()| stdout.flush()));
}
