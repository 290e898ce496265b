//! A line to the server that can be cut: a relay on this machine between kiosk and server.
//!
//! The devices' own simulators offer their own faults; what they lack is a network. One connection carries one request,
//! as the kiosk's client makes them.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

/// How often the relay looks up from an empty line.
const LOOK_UP: Duration = Duration::from_millis(20);
const CONNECT: Duration = Duration::from_secs(2);

/// What the line does to the next request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineState {
    Through,
    /// Connections are refused: nothing is sent.
    Cut,
    /// The next so many requests reach the server and are done; their answers never arrive.
    LosesAnswers(u32),
}

/// The relay. Clones are the same line; the last one dropped ends it.
#[derive(Clone)]
pub struct Line {
    shared: Arc<Shared>,
    address: SocketAddr,
}

struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    line: LineState,
    listening: bool,
    ended: bool,
    answers_lost: u32,
}

impl Line {
    /// Relays to `server` from a port of its own.
    pub fn to(server: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let state = State { line: LineState::Through, listening: true, ended: false, answers_lost: 0 };
        let shared = Arc::new(Shared { state: Mutex::new(state), changed: Condvar::new() });
        let relay = Arc::clone(&shared);
        thread::Builder::new()
            .name("line".to_owned())
            .spawn(move || listen(&relay, Some(listener), address, server))?;
        Ok(Self { shared, address })
    }

    /// Where the kiosk finds "its server".
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns when the line is so.
    pub fn set(&self, line: LineState) {
        let mut state = self.shared.lock();
        state.line = line;
        self.shared.changed.notify_all();
        let wanted = line != LineState::Cut;
        let changing = |state: &mut State| state.listening != wanted && !state.ended;
        drop(self.shared.changed.wait_while(state, changing));
    }

    pub fn state(&self) -> LineState {
        self.shared.lock().line
    }

    pub fn answers_lost(&self) -> u32 {
        self.shared.lock().answers_lost
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // The relay's thread holds the other one.
        if Arc::strong_count(&self.shared) <= 2 {
            self.shared.lock().ended = true;
            self.shared.changed.notify_all();
        }
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn listen(shared: &Arc<Shared>, mut listener: Option<TcpListener>, address: SocketAddr, server: SocketAddr) {
    loop {
        let (line, ended) = {
            let state = shared.lock();
            (state.line, state.ended)
        };
        if ended {
            return;
        }
        match (line, &listener) {
            (LineState::Cut, _) => {
                listener = None;
                let mut state = shared.lock();
                state.listening = false;
                shared.changed.notify_all();
                let cut = |state: &mut State| state.line == LineState::Cut && !state.ended;
                drop(shared.changed.wait_while(state, cut));
            }
            (LineState::Through | LineState::LosesAnswers(_), None) => match TcpListener::bind(address) {
                Ok(bound) => {
                    listener = Some(bound);
                    shared.lock().listening = true;
                    shared.changed.notify_all();
                }
                Err(error) => {
                    tracing::debug!(%error, "the relay's port is not free yet");
                    thread::park_timeout(LOOK_UP);
                }
            },
            (LineState::Through | LineState::LosesAnswers(_), Some(bound)) => {
                if let Some(kiosk) = accepted(bound) {
                    let loses = loses_answer(shared);
                    let relay = move || {
                        if let Err(error) = relay(&kiosk, server, loses) {
                            tracing::debug!(%error, "a relayed connection ended");
                        }
                    };
                    // A relay that cannot have a thread drops the connection, as any network may.
                    let _ = thread::Builder::new().name("line-call".to_owned()).spawn(relay);
                }
            }
        }
    }
}

fn accepted(listener: &TcpListener) -> Option<TcpStream> {
    listener.set_nonblocking(true).ok()?;
    match listener.accept() {
        Ok((stream, _)) => {
            stream.set_nonblocking(false).ok()?;
            Some(stream)
        }
        Err(_) => {
            thread::park_timeout(LOOK_UP);
            None
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum AnswerFate {
    Arrives,
    IsLost,
}

fn loses_answer(shared: &Shared) -> AnswerFate {
    let mut state = shared.lock();
    match state.line {
        LineState::LosesAnswers(left) if left > 0 => {
            state.line = if left == 1 { LineState::Through } else { LineState::LosesAnswers(left - 1) };
            state.answers_lost += 1;
            AnswerFate::IsLost
        }
        LineState::Through | LineState::Cut | LineState::LosesAnswers(_) => AnswerFate::Arrives,
    }
}

fn relay(kiosk: &TcpStream, server: SocketAddr, answer: AnswerFate) -> io::Result<()> {
    let upstream = TcpStream::connect_timeout(&server, CONNECT)?;
    let (mut from_kiosk, mut to_server) = (kiosk.try_clone()?, upstream.try_clone()?);
    let up = thread::Builder::new().name("line-up".to_owned()).spawn(move || {
        let _ = io::copy(&mut from_kiosk, &mut to_server);
        let _ = to_server.shutdown(Shutdown::Write);
    })?;
    match answer {
        AnswerFate::Arrives => {
            io::copy(&mut &upstream, &mut &*kiosk)?;
            (&mut &*kiosk).flush()?;
        }
        AnswerFate::IsLost => {
            // The first byte of the answer: the server has done what it was asked.
            let mut first = [0];
            (&mut &upstream).read_exact(&mut first)?;
        }
    }
    kiosk.shutdown(Shutdown::Both)?;
    upstream.shutdown(Shutdown::Both)?;
    let _ = up.join();
    Ok(())
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Line").field("state", &self.state()).finish_non_exhaustive()
    }
}
