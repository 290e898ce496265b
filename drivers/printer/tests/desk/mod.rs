//! What the tests share: the provisioned typeface and a ticket for an invented patient.
#![expect(clippy::unwrap_used, reason = "a failed test may panic")]

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use printer::{Fact, QrBlock, Ticket, Typefaces};

/// The folder that `./run setup` fills.
fn provision() -> PathBuf {
    if let Some(folder) = env::var_os("TIEPDON_PROVISION") {
        return folder.into();
    }
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .map(|folder| folder.join(".provision"))
        .find(|folder| folder.is_dir())
        .expect("no .provision folder above this crate: run ./run setup")
}

pub fn typefaces() -> Typefaces {
    let weight = |name: &str| {
        let path = provision().join(format!("fonts/BeVietnamPro-{name}.ttf"));
        fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}; run ./run setup", path.display()))
    };
    Typefaces::parse(weight("Regular"), weight("SemiBold"), weight("ExtraBold")).unwrap()
}

pub fn ticket() -> Ticket {
    Ticket {
        hospital: "Bệnh viện Đa khoa Mẫu".into(),
        number_label: "Số thứ tự khám".into(),
        number: "A027".into(),
        department: "Khám Nội tổng hợp".into(),
        place: "Phòng 102 · Tầng 1".into(),
        facts: vec![fact("Giờ dự kiến", "08:25–08:35"), fact("Phía trước còn", "6 người")],
        notes: vec!["Chờ xác nhận BHYT".into()],
        holder: Some(fact("Người bệnh", "N*** V** A**")),
        qr: Some(QrBlock {
            payload: "https://bv.example.vn/so/2026-11-23/A027".into(),
            caption: "Quét để xem lượt trên điện thoại".into(),
        }),
        footer: vec!["Thứ Hai 23/11/2026 · 07:42".into()],
    }
}

pub fn fact(label: &str, value: &str) -> Fact {
    Fact { label: label.into(), value: value.into() }
}
