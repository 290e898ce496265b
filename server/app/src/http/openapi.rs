//! The OpenAPI document, generated from the wire types. Paths are [`api::path`]'s: a test compares them.

use api::papers::{
    Confirmation, ConfirmationNonce, ConfirmationReply, CorrectionRequest, NonceRequest, PaperList, PaperStatus,
    PaperTicket, Questionnaire, Reading, SavedAnswers, SubmissionReply, SubmitAnswers, path as papers,
};
use api::{
    AlertRequest, Block, BlockRequest, ChallengeReply, CheckInReply, CheckInRequest, DepartmentView, EidPerson,
    EidRequest, EnrolmentRequest, Heartbeat, IdentificationReply, IdentificationRequest, IssuedCertificate, Problem,
    ReconcileReply, ReconcileRequest, RenewalRequest, StationConfiguration,
};
use axum::Json;
use utoipa::openapi::path::{HttpMethod, OperationBuilder, ParameterBuilder, ParameterIn};
use utoipa::openapi::request_body::RequestBodyBuilder;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, InfoBuilder, OpenApi, OpenApiBuilder, PathItem, PathsBuilder, Ref, RefOr,
    Required, ResponseBuilder, Schema,
};
use utoipa::{PartialSchema, ToSchema};

use super::hospital_system;
use crate::hospital::routes as feed;
use crate::operations;

const JSON: &str = "application/json";

pub async fn get() -> Json<OpenApi> {
    Json(document())
}

pub fn document() -> OpenApi {
    let mut document = Document::default();
    let doc = &mut document;
    doc.get::<StationConfiguration>(api::path::CONFIGURATION, "What a kiosk learns at start and every few minutes");
    doc.get::<Vec<DepartmentView>>(api::path::DEPARTMENTS, "Where a patient can go now");
    doc.send::<(), ChallengeReply>(HttpMethod::Post, api::path::CHALLENGE, "A single-use challenge for the chip");
    doc.send::<IdentificationRequest, IdentificationReply>(
        HttpMethod::Put,
        api::path::IDENTIFICATION,
        "Evidence of who stands before the kiosk; repeating it gives the same answer",
    );
    doc.send::<CheckInRequest, CheckInReply>(
        HttpMethod::Put,
        api::path::CHECK_IN,
        "Department and payer; repeating it gives the same ticket",
    );
    doc.send::<EidRequest, EidPerson>(HttpMethod::Post, api::path::EID, "An e-identity code for the verifier");
    doc.send::<BlockRequest, Block>(HttpMethod::Post, api::path::BLOCKS, "Numbers to give while the server is away");
    doc.send::<ReconcileRequest, ReconcileReply>(
        HttpMethod::Post,
        api::path::RECONCILIATIONS,
        "A check-in made without the server: the number on paper wins",
    );
    doc.send::<AlertRequest, ()>(HttpMethod::Post, api::path::ALERTS, "A call for a person");
    doc.send::<Heartbeat, ()>(HttpMethod::Post, api::path::HEARTBEATS, "How the kiosk is, once a minute");
    doc.send::<EnrolmentRequest, IssuedCertificate>(
        HttpMethod::Post,
        api::path::ENROLMENT,
        "The first certificate of a kiosk, for a one-time code",
    );
    doc.send::<RenewalRequest, IssuedCertificate>(HttpMethod::Post, api::path::RENEWAL, "The next certificate");
    doc.get::<PaperList>(papers::PAPERS, "Certificates that concern the person of this visit");
    doc.get::<Reading>(papers::READING, "The text to read and its hash");
    doc.send::<CorrectionRequest, Reading>(HttpMethod::Put, papers::CORRECTIONS, "What a parent wants otherwise");
    doc.send::<NonceRequest, ConfirmationNonce>(
        HttpMethod::Post,
        papers::NONCES,
        "A single-use moment of confirmation",
    );
    doc.send::<Confirmation, ConfirmationReply>(
        HttpMethod::Put,
        papers::CONFIRMATION,
        "The confirmation as evidence; repeating it gives the state as it is now",
    );
    doc.get::<PaperStatus>(papers::STATUS, "How far a certificate is");
    doc.send::<(), PaperTicket>(HttpMethod::Post, papers::PRINTS, "The slip to take along");
    doc.get::<Questionnaire>(papers::QUESTIONNAIRE, "The driver's declaration, with what was saved before");
    doc.send::<SavedAnswers, ()>(HttpMethod::Put, papers::ANSWERS, "Replaces what was saved");
    doc.send::<SubmitAnswers, SubmissionReply>(
        HttpMethod::Put,
        papers::SUBMISSION,
        "The declaration as it was confirmed; opens the draft of the certificate",
    );
    doc.hospital_system();
    doc.of_the_house();
    doc.operations();
    document.build()
}

#[derive(Default)]
struct Document {
    paths: PathsBuilder,
    schemas: Vec<(String, RefOr<Schema>)>,
}

/// A body of the document; `()` is none.
trait Body {
    fn content(document: &mut Document) -> Option<RefOr<Schema>>;
}

impl Body for () {
    fn content(_: &mut Document) -> Option<RefOr<Schema>> {
        None
    }
}

macro_rules! bodies {
    ($($body:ty),+ $(,)?) => {
        $(impl Body for $body {
            fn content(document: &mut Document) -> Option<RefOr<Schema>> {
                Some(document.schema::<Self>())
            }
        })+
    };
}
bodies!(
    StationConfiguration,
    ChallengeReply,
    IdentificationRequest,
    IdentificationReply,
    CheckInRequest,
    CheckInReply,
    EidRequest,
    EidPerson,
    BlockRequest,
    Block,
    ReconcileRequest,
    ReconcileReply,
    AlertRequest,
    Heartbeat,
    EnrolmentRequest,
    RenewalRequest,
    IssuedCertificate,
    PaperList,
    Reading,
    CorrectionRequest,
    NonceRequest,
    ConfirmationNonce,
    Confirmation,
    ConfirmationReply,
    PaperStatus,
    PaperTicket,
    Questionnaire,
    SavedAnswers,
    SubmitAnswers,
    SubmissionReply,
    Problem,
);

impl Body for Vec<DepartmentView> {
    fn content(document: &mut Document) -> Option<RefOr<Schema>> {
        document.schema::<DepartmentView>();
        Some(Self::schema())
    }
}

impl Document {
    fn get<R: Body>(&mut self, path: &'static str, summary: &str) {
        self.send::<(), R>(HttpMethod::Get, path, summary);
    }

    fn send<Q: Body, R: Body>(&mut self, method: HttpMethod, path: &'static str, summary: &str) {
        let json = |schema: RefOr<Schema>| ContentBuilder::new().schema(Some(schema)).build();
        let reply = match R::content(self) {
            Some(schema) => {
                ("200", ResponseBuilder::new().description("Done").content("application/json", json(schema)))
            }
            None => ("204", ResponseBuilder::new().description("Done")),
        };
        let problem = self.schema::<Problem>();
        let refused = ResponseBuilder::new().description("Not done").content("application/problem+json", json(problem));
        let mut operation =
            OperationBuilder::new().summary(Some(summary)).response(reply.0, reply.1).response("default", refused);
        // Who enrols has nothing to show yet but the code in the body.
        if path != api::path::ENROLMENT {
            operation = operation.security(SecurityRequirement::new("kiosk_key", Vec::<String>::new())).parameter(
                ParameterBuilder::new()
                    .name(api::KIOSK_HEADER)
                    .parameter_in(ParameterIn::Header)
                    .required(Required::True)
                    .schema(Some(String::schema())),
            );
        }
        for name in ["visit", "paper"].into_iter().filter(|name| path.contains(&format!("{{{name}}}"))) {
            operation = operation.parameter(
                ParameterBuilder::new()
                    .name(name)
                    .parameter_in(ParameterIn::Path)
                    .required(Required::True)
                    .schema(Some(api::VisitId::schema())),
            );
        }
        if let Some(schema) = Q::content(self) {
            let body =
                RequestBodyBuilder::new().content("application/json", json(schema)).required(Some(Required::True));
            operation = operation.request_body(Some(body.build()));
        }
        let paths = std::mem::take(&mut self.paths);
        self.paths = paths.path(path, PathItem::new(method, operation));
    }

    /// What the hospital's own system brings: a draft as JSON (`{"draft":{"kind":"birth","fields":{..}},
    /// "confirmer":"031085000017","reference":".."}`, fields by the gateway's elements) or as the XML of the wire.
    fn hospital_system(&mut self) {
        let any = || ContentBuilder::new().schema(Some(serde_json::Value::schema())).build();
        let problem = self.schema::<Problem>();
        let refused = || {
            let content = ContentBuilder::new().schema(Some(problem.clone())).build();
            ResponseBuilder::new().description("Not done").content("application/problem+json", content)
        };
        let operation = |summary: &str| {
            let done = ResponseBuilder::new().description("Done").content("application/json", any());
            OperationBuilder::new()
                .summary(Some(summary))
                .security(SecurityRequirement::new("hospital_system_key", Vec::<String>::new()))
                .response("200", done)
                .response("default", refused())
        };
        let body = RequestBodyBuilder::new()
            .content("application/json", any())
            .content("application/xml", ContentBuilder::new().schema(Some(String::schema())).build())
            .required(Some(Required::True));
        let key = ParameterBuilder::new()
            .name("Idempotency-Key")
            .parameter_in(ParameterIn::Header)
            .required(Required::False)
            .description(Some("Or `reference` in the body; one of them is wanted"))
            .schema(Some(String::schema()));
        let write = operation(
            "A draft of the hospital's system; answers with every finding, and the same again to the same reference",
        )
        .parameter(key)
        .request_body(Some(body.build()));
        let id = ParameterBuilder::new()
            .name("certificate")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(api::VisitId::schema()));
        let read = operation("Where a certificate stands, with its receipt").parameter(id);
        let list = RequestBodyBuilder::new()
            .content("text/csv", ContentBuilder::new().schema(Some(String::schema())).build())
            .content("application/fhir+json", any())
            .required(Some(Required::True));
        let appointments = operation(
            "Appointments by the hospital's own ids (CSV, FHIR); the same again changes nothing, what is wrong is said at once",
        )
        .request_body(Some(list.build()));
        let appointment = ParameterBuilder::new()
            .name("appointment")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(String::schema()));
        let appointment = operation("What is known of an appointment, and its visit").parameter(appointment);
        let sheet = RequestBodyBuilder::new()
            .content("text/csv", ContentBuilder::new().schema(Some(String::schema())).build())
            .content("application/fhir+json", any())
            .required(Some(Required::True));
        let departments = operation(
            "All departments, in the place of the present list (CSV, FHIR); the same again changes nothing, and what is \
             wrong is said at once",
        )
        .request_body(Some(sheet.build()));
        let csv = ResponseBuilder::new()
            .description("The list as it may come back")
            .content("text/csv", ContentBuilder::new().schema(Some(String::schema())).build());
        let present = OperationBuilder::new()
            .summary(Some("The present list of departments"))
            .security(SecurityRequirement::new("hospital_system_key", Vec::<String>::new()))
            .response("200", csv)
            .response("default", refused());
        let state = RequestBodyBuilder::new().content("application/json", any()).required(Some(Required::True));
        let visit = ParameterBuilder::new()
            .name("visit")
            .parameter_in(ParameterIn::Path)
            .required(Required::True)
            .schema(Some(api::VisitId::schema()))
            .build();
        let cost = RequestBodyBuilder::new().content("application/json", any()).required(Some(Required::True));
        let first_cost = operation("The first cost of a visit arose: its check-in message may leave the house")
            .parameter(visit.clone())
            .request_body(Some(cost.build()));
        let state = operation(
            "A ticket state that the hospital's system knows: called (with counter), started, finished, no_show, cancelled",
        )
        .parameter(visit)
        .request_body(Some(state.build()));
        let paths = std::mem::take(&mut self.paths);
        self.paths = paths
            .path(feed::APPOINTMENTS, PathItem::new(HttpMethod::Post, appointments))
            .path(feed::APPOINTMENT, PathItem::new(HttpMethod::Get, appointment))
            .path(feed::DEPARTMENTS, PathItem::new(HttpMethod::Put, departments))
            .path(feed::DEPARTMENTS, PathItem::new(HttpMethod::Get, present))
            .path(feed::STATE, PathItem::new(HttpMethod::Post, state))
            .path(hospital_system::DRAFTS, PathItem::new(HttpMethod::Post, write))
            .path(hospital_system::CERTIFICATE, PathItem::new(HttpMethod::Get, read))
            .path(hospital_system::FIRST_COST, PathItem::new(HttpMethod::Post, first_cost));
    }

    /// What anyone on this machine may ask.
    fn of_the_house(&mut self) {
        let problem = self.schema::<Problem>();
        let read = |summary: &str, content: &str| {
            let any = ContentBuilder::new().schema(Some(serde_json::Value::schema())).build();
            let text = ContentBuilder::new().schema(Some(String::schema())).build();
            let content_of = if content == JSON { any } else { text };
            let refused = ContentBuilder::new().schema(Some(problem.clone())).build();
            let operation = OperationBuilder::new()
                .summary(Some(summary))
                .response("200", ResponseBuilder::new().description("Done").content(content, content_of))
                .response(
                    "default",
                    ResponseBuilder::new().description("Not done").content("application/problem+json", refused),
                );
            PathItem::new(HttpMethod::Get, operation)
        };
        let paths = std::mem::take(&mut self.paths);
        self.paths = paths
            .path(api::path::HEALTH, read("The database answers", JSON))
            .path(api::path::OPENAPI, read("This document", JSON))
            .path(hospital_system::METRICS, read("For Prometheus, on loopback", "text/plain"));
    }

    /// What the city's operations centre reads.
    fn operations(&mut self) {
        let (feed, problem) = (self.schema::<reports::Feed>(), self.schema::<Problem>());
        let content = |schema| ContentBuilder::new().schema(Some(schema)).build();
        let period = ParameterBuilder::new()
            .name("period")
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some("2026-11-23, 2026-W48, 2026-11 or 2026-Q4; today without it"))
            .schema(Some(String::schema()));
        let done = ResponseBuilder::new().description("Done").content("application/json", content(feed));
        let refused =
            ResponseBuilder::new().description("Not done").content("application/problem+json", content(problem));
        let read = OperationBuilder::new()
            .summary(Some("The figures of a period beside those of the one before; counts and codes, nothing personal"))
            .security(SecurityRequirement::new("operations_key", Vec::<String>::new()))
            .parameter(period)
            .response("200", done)
            .response("default", refused);
        let paths = std::mem::take(&mut self.paths);
        self.paths = paths.path(operations::FEED, PathItem::new(HttpMethod::Get, read));
    }

    /// A reference; the schema and those it uses go into the components.
    fn schema<T: ToSchema>(&mut self) -> RefOr<Schema> {
        self.schemas.push((T::name().into_owned(), T::schema()));
        T::schemas(&mut self.schemas);
        RefOr::Ref(Ref::from_schema_name(T::name()))
    }

    fn build(self) -> OpenApi {
        let key = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        let hospital_key = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        let operations_key = SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build());
        let components = ComponentsBuilder::new()
            .schemas_from_iter(self.schemas)
            .security_scheme("kiosk_key", key)
            .security_scheme("hospital_system_key", hospital_key)
            .security_scheme("operations_key", operations_key)
            .build();
        OpenApiBuilder::new()
            .info(InfoBuilder::new().title("Tiếp Đón, kiosk API").version(env!("CARGO_PKG_VERSION")).build())
            .paths(self.paths)
            .components(Some(components))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_names_every_path_and_every_type_it_refers_to() {
        let json = serde_json::to_value(document()).expect("serialises");
        for path in [
            api::path::CONFIGURATION,
            api::path::DEPARTMENTS,
            api::path::CHALLENGE,
            api::path::IDENTIFICATION,
            api::path::CHECK_IN,
            api::path::EID,
            api::path::BLOCKS,
            api::path::RECONCILIATIONS,
            api::path::ALERTS,
            papers::PAPERS,
            papers::READING,
            papers::CORRECTIONS,
            papers::NONCES,
            papers::CONFIRMATION,
            papers::STATUS,
            papers::PRINTS,
            papers::QUESTIONNAIRE,
            papers::ANSWERS,
            papers::SUBMISSION,
            hospital_system::DRAFTS,
            hospital_system::CERTIFICATE,
            hospital_system::FIRST_COST,
            hospital_system::METRICS,
            api::path::HEALTH,
            api::path::OPENAPI,
            operations::FEED,
            feed::APPOINTMENTS,
            feed::APPOINTMENT,
            feed::STATE,
        ] {
            assert!(json["paths"][path].is_object(), "{path}");
        }
        let text = json.to_string();
        for reference in text.split("#/components/schemas/").skip(1) {
            let name = reference.split('"').next().unwrap_or_default();
            assert!(json["components"]["schemas"][name].is_object(), "{name} is referred to and not there");
        }
    }
}
