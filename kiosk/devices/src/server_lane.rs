//! A thread that makes calls to the server, one after the other. A kiosk has several, so that a call for help never
//! stands behind a slow answer.
//!
//! Each call is made once. Whoever asked decides whether it is safe and useful to ask again: the session for a visit, the
//! station for everything else.

use std::convert::Infallible;
use std::io;

use api::papers::{Call, Reply};
use api::{
    AlertRequest, Block, BlockRequest, ChallengeReply, CheckInReply, CheckInRequest, DepartmentView, EidPerson,
    EidRequest, Heartbeat, IdentificationReply, IdentificationRequest, ReconcileReply, ReconcileRequest,
    StationConfiguration, VisitId,
};
use crossbeam_channel::{Receiver, Sender, bounded};
use uuid::Uuid;

use crate::offline::VisitLog;
use crate::outbox::{Closed, Outbox};
use crate::server_client::{ServerClient, ServerError};
use crate::worker::{self, REQUESTS_WAITING, WorkerGone};

#[derive(Debug)]
pub enum ServerRequest {
    Configuration,
    Departments,
    Challenge {
        visit: VisitId,
    },
    Identify {
        visit: VisitId,
        request: Box<IdentificationRequest>,
    },
    CheckIn {
        visit: VisitId,
        request: CheckInRequest,
    },
    Eid {
        visit: VisitId,
        request: EidRequest,
    },
    Papers {
        visit: VisitId,
        /// Comes back with the report.
        ask: u32,
        call: Box<Call>,
    },
    Block(BlockRequest),
    Reconcile(ReconcileRequest),
    Alert(AlertRequest),
    Heartbeat(Box<Heartbeat>),
    /// The visit is over, whatever became of it. Nothing is sent and nothing answered.
    Finish {
        visit: VisitId,
    },
}

type Answer<A> = Result<A, ServerError>;

/// One for each request that is sent, in its order.
#[derive(Debug)]
pub enum ServerReport {
    Configuration(Answer<StationConfiguration>),
    Departments(Answer<Vec<DepartmentView>>),
    Challenge { visit: VisitId, answer: Answer<ChallengeReply> },
    Identified { visit: VisitId, answer: Answer<IdentificationReply> },
    CheckedIn { visit: VisitId, answer: Answer<CheckInReply> },
    Eid { visit: VisitId, answer: Answer<Box<EidPerson>> },
    Papers { ask: u32, answer: Answer<Box<Reply>> },
    Block { request: BlockRequest, answer: Answer<Block> },
    Reconciled { visit: VisitId, answer: Answer<ReconcileReply> },
    Alerted { id: Uuid, answer: Answer<()> },
    Heard(Answer<()>),
}

/// The worker's handle. Dropping it ends the worker after the call under way.
#[derive(Debug)]
pub struct ServerLane {
    requests: Sender<ServerRequest>,
}

impl ServerLane {
    /// `name`: of the thread.
    pub fn start(name: &'static str, client: ServerClient, outbox: Outbox<ServerReport>) -> io::Result<Self> {
        Self::spawn(name, client, None, outbox)
    }

    /// For the calls of visits: each visit is in the log before the first byte of it is sent.
    pub fn start_for_visits(
        name: &'static str,
        client: ServerClient,
        visits: VisitLog,
        outbox: Outbox<ServerReport>,
    ) -> io::Result<Self> {
        Self::spawn(name, client, Some(visits), outbox)
    }

    fn spawn(
        name: &'static str,
        client: ServerClient,
        visits: Option<VisitLog>,
        outbox: Outbox<ServerReport>,
    ) -> io::Result<Self> {
        let (requests, inbox) = bounded(REQUESTS_WAITING);
        worker::spawn(name, Line { client, visits, outbox, inbox }, Line::run, |_| Ok(()))?;
        Ok(Self { requests })
    }

    pub fn ask(&self, request: ServerRequest) -> Result<(), WorkerGone> {
        self.requests.try_send(request).map_err(|_| WorkerGone)
    }
}

struct Line {
    client: ServerClient,
    visits: Option<VisitLog>,
    outbox: Outbox<ServerReport>,
    inbox: Receiver<ServerRequest>,
}

impl Line {
    fn run(&mut self) -> Result<Infallible, Closed> {
        loop {
            let request = self.inbox.recv().map_err(|_| Closed)?;
            self.write_down(&request);
            if let Some(report) = self.answer(request) {
                self.outbox.send(report)?;
            }
        }
    }

    /// A disk that fails must not send the patient away: the visit goes on, and a person can find out why in the log.
    fn write_down(&mut self, request: &ServerRequest) {
        let Some(visits) = &mut self.visits else { return };
        let written = match request {
            ServerRequest::Challenge { visit }
            | ServerRequest::Identify { visit, .. }
            | ServerRequest::CheckIn { visit, .. }
            | ServerRequest::Eid { visit, .. }
            | ServerRequest::Papers { visit, .. } => visits.begin(*visit),
            ServerRequest::Finish { visit } => visits.finish(*visit),
            ServerRequest::Configuration
            | ServerRequest::Departments
            | ServerRequest::Block(_)
            | ServerRequest::Reconcile(_)
            | ServerRequest::Alert(_)
            | ServerRequest::Heartbeat(_) => Ok(()),
        };
        if let Err(error) = written {
            tracing::error!(%error, "a visit could not be written down");
        }
    }

    fn answer(&self, request: ServerRequest) -> Option<ServerReport> {
        let client = &self.client;
        Some(match request {
            ServerRequest::Configuration => {
                let answer = client.configuration();
                if let Ok(configuration) = &answer {
                    renew(client, configuration);
                }
                ServerReport::Configuration(answer)
            }
            ServerRequest::Departments => ServerReport::Departments(client.departments()),
            ServerRequest::Challenge { visit } => ServerReport::Challenge { visit, answer: client.challenge(visit) },
            ServerRequest::Identify { visit, request } => {
                ServerReport::Identified { visit, answer: client.identify(visit, &request) }
            }
            ServerRequest::CheckIn { visit, request } => {
                ServerReport::CheckedIn { visit, answer: client.check_in(visit, &request) }
            }
            ServerRequest::Eid { visit, request } => {
                ServerReport::Eid { visit, answer: client.eid(visit, &request).map(Box::new) }
            }
            ServerRequest::Papers { visit, ask, call } => {
                ServerReport::Papers { ask, answer: client.papers(visit, &call).map(Box::new) }
            }
            ServerRequest::Block(request) => {
                let answer = client.block(&request);
                ServerReport::Block { request, answer }
            }
            ServerRequest::Reconcile(request) => {
                ServerReport::Reconciled { visit: request.visit, answer: client.reconcile(&request) }
            }
            ServerRequest::Alert(request) => ServerReport::Alerted { id: request.id, answer: client.alert(&request) },
            ServerRequest::Heartbeat(heartbeat) => ServerReport::Heard(client.heartbeat(&heartbeat)),
            ServerRequest::Finish { .. } => return None,
        })
    }
}

/// A renewal that fails is tried again in the next round; there is a month for it.
fn renew(client: &ServerClient, configuration: &StationConfiguration) {
    match client.renew_if_due(configuration.server_time) {
        Ok(true) => tracing::info!("the kiosk has a new certificate"),
        Ok(false) => {}
        Err(error) => {
            tracing::error!(error = &error as &dyn std::error::Error, "the kiosk's certificate stays the old one")
        }
    }
}
