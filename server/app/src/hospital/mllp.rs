//! HL7 v2 over MLLP: one message, one answer, in their order. A stream out of step is closed: the sender, who has no
//! answer, connects and sends again. In clear, so from this machine only (a TLS proxy stands before it), or from peers that
//! the configuration names.

use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use interop::hl7::{Message, MllpDecoder, Settings, acknowledge, frame, refuse_unreadable};
use rand::RngCore;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use super::apply;
use crate::app::App;
use crate::clock::HO_CHI_MINH;

/// Senders at a time; a hospital has a handful.
const MAX_CONNECTIONS: usize = 32;
/// Between two messages; senders keep connections for days, and those that are gone must go.
const IDLE: Duration = Duration::from_secs(3600);
/// From the first byte of a message to its last, and for an answer to be taken.
const PATIENCE: Duration = Duration::from_secs(30);
const CHUNK: usize = 8 * 1024;

/// Serves until the task is dropped, and with it every connection.
pub(super) async fn serve(app: App, listener: TcpListener, settings: Arc<Settings>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            Some(_) = connections.join_next(), if !connections.is_empty() => continue,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, most likely: others end in a while.
                tracing::warn!("an HL7 connection was not accepted: {error}");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        if !may_speak(peer.ip(), app.config.hl7.as_ref().map(|hl7| hl7.plain_peers.as_slice()).unwrap_or_default()) {
            tracing::warn!(peer = %peer.ip(), "an HL7 connection of nobody in hl7.plain_peers was closed");
            continue;
        }
        let Ok(place) = places.clone().try_acquire_owned() else {
            tracing::warn!(peer = %peer.ip(), "too many HL7 connections: one was closed");
            continue;
        };
        let (app, settings) = (app.clone(), settings.clone());
        connections.spawn(async move {
            match converse(&app, &settings, stream).await {
                Ok(()) => {}
                Err(error) => tracing::info!(peer = %peer.ip(), "an HL7 connection ended: {error}"),
            }
            drop(place);
        });
    }
}

fn may_speak(peer: IpAddr, plain_peers: &[IpAddr]) -> bool {
    let peer = peer.to_canonical();
    peer.is_loopback() || plain_peers.contains(&peer)
}

async fn converse(app: &App, settings: &Settings, stream: TcpStream) -> io::Result<()> {
    let mut decoder = MllpDecoder::default();
    let mut chunk = Zeroizing::new([0; CHUNK]);
    let mut messages = Vec::new();
    let mut message_until = tokio::time::Instant::now();
    loop {
        let until = if decoder.is_inside() { message_until } else { tokio::time::Instant::now() + IDLE };
        let read = tokio::time::timeout_at(until, read(&stream, chunk.as_mut_slice())).await;
        let count = read.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "nothing came for too long"))??;
        if count == 0 {
            return if decoder.is_inside() { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(()) };
        }
        let was_inside = decoder.is_inside();
        let in_step = decoder.push(&chunk[..count], &mut messages);
        if !was_inside || !messages.is_empty() {
            message_until = tokio::time::Instant::now() + PATIENCE;
        }
        // What was whole before the stream lost its step is answered.
        for message in messages.drain(..) {
            let answer = Zeroizing::new(frame(&answer(app, settings, &message).await));
            let written = tokio::time::timeout(PATIENCE, write(&stream, &answer)).await;
            written.map_err(|_| io::Error::new(io::ErrorKind::TimedOut, "an answer was not taken"))??;
        }
        in_step.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
    }
}

async fn answer(app: &App, settings: &Settings, bytes: &[u8]) -> Zeroizing<Vec<u8>> {
    // Up to 2.5.1 a control id has at most 20 characters.
    let control_id = format!("{:016x}", rand::rngs::OsRng.next_u64());
    let message = match Message::parse(bytes) {
        Ok(message) => message,
        Err(error) => {
            tracing::warn!("bytes over MLLP are no HL7 message: {error}");
            return refuse_unreadable(error, &control_id, app.now(), HO_CHI_MINH);
        }
    };
    let outcome = apply(app, &message, settings).await;
    if let Err(fault) = &outcome {
        tracing::info!(at = %fault.at, kind = ?fault.kind, "an HL7 message was not taken");
    }
    acknowledge(&message, outcome.as_ref().map(drop), &control_id, app.now(), HO_CHI_MINH)
}

async fn read(stream: &TcpStream, into: &mut [u8]) -> io::Result<usize> {
    loop {
        stream.readable().await?;
        match stream.try_read(into) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            read => return read,
        }
    }
}

async fn write(stream: &TcpStream, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        stream.writable().await?;
        match stream.try_write(bytes) {
            Ok(count) => bytes = &bytes[count..],
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_named_peers_speak_in_clear() {
        let ip = |text: &str| text.parse::<IpAddr>().expect("an address");
        let named = [ip("10.0.0.5")];
        for (peer, may) in
            [("127.0.0.1", true), ("::1", true), ("10.0.0.5", true), ("::ffff:10.0.0.5", true), ("10.0.0.6", false)]
        {
            assert_eq!(may_speak(ip(peer), &named), may, "{peer}");
        }
    }
}
