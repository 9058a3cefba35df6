//! A mail server for tests: takes what it is told to take, refuses what it is told to refuse, and
//! shows what arrived.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

/// How the server behaves.
#[derive(Clone, Debug, Default)]
pub struct Manners {
    /// Said at MAIL instead of yes.
    pub sender: Option<&'static str>,
    /// Said at RCPT instead of yes.
    pub recipient: Option<&'static str>,
    /// Said after the mail instead of yes.
    pub content: Option<&'static str>,
    /// Nobody sends without this name and password.
    pub login: Option<(&'static str, &'static str)>,
    /// Offers STARTTLS, and hangs up when somebody begins with it.
    pub starttls: bool,
}

/// A mail as it arrived.
#[derive(Clone, Debug)]
pub struct Arrived {
    pub sender: String,
    pub recipient: String,
    /// Headers and body, with `\n` at the end of lines.
    pub data: String,
}

/// A running mail server of one test's own.
pub struct Sink {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    task: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct State {
    manners: Manners,
    arrived: Vec<Arrived>,
    said: Vec<String>,
    connections: usize,
}

impl Sink {
    /// # Panics
    /// No port is free.
    pub async fn start(manners: Manners) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("it listens");
        let state = Arc::new(Mutex::new(State { manners, ..State::default() }));
        let task = tokio::spawn(accept(listener, state.clone()));
        Self { address, state, task }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it behaves like this.
    pub fn behave(&self, manners: Manners) {
        lock(&self.state).manners = manners;
    }

    pub fn arrived(&self) -> Vec<Arrived> {
        lock(&self.state).arrived.clone()
    }

    /// Every command it heard, in order.
    pub fn said(&self) -> Vec<String> {
        lock(&self.state).said.clone()
    }

    /// How often somebody connected.
    pub fn connections(&self) -> usize {
        lock(&self.state).connections
    }
}

impl Drop for Sink {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn accept(listener: TcpListener, state: Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        lock(&state).connections += 1;
        let state = state.clone();
        // A client that hangs up ends its conversation, which is as it should be.
        tokio::spawn(async move {
            let _ = converse(stream, &state).await;
        });
    }
}

async fn converse(stream: TcpStream, state: &Mutex<State>) -> std::io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut reader = BufReader::new(reader);
    writer.write_all(b"220 sink.test ready\r\n").await?;
    let (mut sender, mut recipient, mut known) = (String::new(), String::new(), false);
    while let Some(line) = line(&mut reader).await? {
        let manners = {
            let mut state = lock(state);
            state.said.push(line.clone());
            state.manners.clone()
        };
        let verb = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
        let barred = manners.login.is_some() && !known;
        let reply = match verb.as_str() {
            "EHLO" => greeting(&manners),
            "STARTTLS" => return writer.write_all(b"220 go ahead\r\n").await,
            "AUTH" => {
                known = manners.login.is_some_and(|(name, password)| line == plain(name, password));
                if known { "235 welcome".into() } else { "535 5.7.8 who are you?".into() }
            }
            "MAIL" if barred => "530 5.7.0 authentication required".into(),
            "MAIL" => {
                sender = address(&line);
                manners.sender.unwrap_or("250 fine").to_owned()
            }
            "RCPT" => {
                recipient = address(&line);
                manners.recipient.unwrap_or("250 fine").to_owned()
            }
            "DATA" => {
                writer.write_all(b"354 go on\r\n").await?;
                let data = data(&mut reader).await?;
                if manners.content.is_none() {
                    let (sender, recipient) = (sender.clone(), recipient.clone());
                    lock(state).arrived.push(Arrived { sender, recipient, data });
                }
                manners.content.unwrap_or("250 thank you").to_owned()
            }
            "RSET" | "NOOP" => "250 fine".into(),
            "QUIT" => return writer.write_all(b"221 bye\r\n").await,
            _ => "502 what?".into(),
        };
        writer.write_all(format!("{reply}\r\n").as_bytes()).await?;
    }
    Ok(())
}

fn greeting(manners: &Manners) -> String {
    let mut lines = vec!["sink.test"];
    if manners.starttls {
        lines.push("STARTTLS");
    }
    if manners.login.is_some() {
        lines.push("AUTH PLAIN");
    }
    lines.push("8BITMIME");
    let last = lines.len() - 1;
    let lines = lines.iter().enumerate();
    let lines: Vec<_> =
        lines.map(|(n, line)| format!("250{}{line}", if n == last { ' ' } else { '-' })).collect();
    lines.join("\r\n")
}

fn plain(name: &str, password: &str) -> String {
    format!("AUTH PLAIN {}", STANDARD.encode(format!("\0{name}\0{password}")))
}

/// What stands between the angle brackets.
fn address(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map(|(address, _)| address.to_owned()).unwrap_or_default()
}

async fn line(reader: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<String>> {
    let mut line = String::new();
    let read = reader.read_line(&mut line).await?;
    Ok((read > 0).then(|| line.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Up to the line with a dot alone; a dot before a dot goes.
async fn data(reader: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<String> {
    let mut text = String::new();
    while let Some(line) = line(reader).await? {
        if line == "." {
            break;
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
        text.push('\n');
    }
    Ok(text)
}
