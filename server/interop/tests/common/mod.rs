//! The naming systems of an invented hospital.

use interop::fhir::Systems;

pub fn systems() -> Systems {
    let of = |name: &str| format!("https://his.example/sid/{name}");
    Systems {
        citizen: of("cccd"),
        insurance: of("bhyt"),
        patient: of("mabn"),
        department: of("khoa"),
        visit: of("visit"),
        ticket: of("ticket"),
        appointment: of("hen"),
        facility: of("cskcb"),
    }
}
