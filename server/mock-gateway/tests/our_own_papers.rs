//! What the hospital writes and signs, before a gateway that knows neither its writer nor its signer.

mod signed;

use certificates::wire::driver::{self, RootStamp, State};
use certificates::wire::portal;
use certificates::{CertificateNumber, Context, Draft, FreeText, Numbered, parse};
use gateway::{Certificates, Fingerprint, Kind, Settings, Unregistered};
use identity::FacilityCode;
use signed::{FACILITY, Portal};
use time::PrimitiveDateTime;
use time::macros::datetime;
use uuid::Uuid;
use xmldsig::sim::Signer;
use xmldsig::{Algorithm, sign_enveloped, sign_paper};

const EVERY_ALGORITHM: [Algorithm; 2] = [Algorithm::RsaSha256, Algorithm::EcdsaP256Sha256];

fn signer(algorithm: Algorithm) -> Signer {
    Signer::new(algorithm, "CN=Benh vien Thu,C=VN", datetime!(2026-01-01 00:00 UTC), datetime!(2028-01-01 00:00 UTC))
}

async fn portal_for(signer: &Signer) -> Portal {
    let mut certificates = Certificates::new(Unregistered::Refused);
    certificates.register(FACILITY, Fingerprint::of(signer.certificate().der()));
    Portal::with(Settings { certificates, ..Settings::default() }).await
}

const NOW: PrimitiveDateTime = datetime!(2026-11-23 09:30);

fn numbered(kind: certificates::Kind, fields: &str) -> Numbered {
    let mut draft = Draft::new(kind);
    for line in fields.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (code, text) = line.split_once(' ').expect("a code and a text");
        draft.set(code, text).expect("a field of this paper");
    }
    let facility = FacilityCode::parse(FACILITY).expect("a facility");
    let settings = certificates::Settings::default();
    let context = Context { now: NOW, facility: &facility, settings: &settings };
    let certificate = parse(&draft, &context).expect("nothing blocks it");
    let number = CertificateNumber::new(kind, 7, facility.clone(), 2026).expect("a number");
    certificate.with_number(number, &facility).expect("of this facility")
}

/// Invented, as every person here.
const BIRTH: &str = "SO 17
    QUYEN_SO 01/2026
    HOTEN_NND Trần Thị Thử Nghiệm
    NGAYSINH_NND 09/03/1992
    LOAI_GIAYTO_NND 1
    SO_CCCD_NND 192192000025
    NGAYCAP_CCCD_NND 01/02/2022
    NOICAP_CCCD_NND Cục Cảnh sát QLHC về TTXH
    MA_DANTOC_NND 01
    MA_QUOCTICH_NND 000
    NOI_CU_TRU_NND Số 5 phố Mẫu & Thử, Hải Phòng
    MATINH_CU_TRU 31
    MAXA_CU_TRU 11311
    MA_BHXH_NND 0000000025
    MA_THE_NND GD4310000000025
    TEN_CON Nguyễn Thử Nghiệm An
    GIOI_TINH_CON 2
    NGAY_SINH_CON 22/11/2026 04:05
    NOI_SINH_CON Bệnh viện Thử Nghiệm, Hải Phòng
    CAN_NANG_CON 3100
    TINH_TRANG_CON khỏe mạnh
    SO_CON 1
    LAN_SINH 2
    SO_CON_SONG 2
    SINHCON_PHAUTHUAT 0
    SINHCON_DUOI32TUAN 0
    MA_THE_TAM TE1310000000031
    HO_TEN_CHA Nguyễn Văn Mẫu
    NGAYSINH_CHA_NND 15/01/1985
    MA_DANTOC_CHA_NND 01
    LOAI_GIAYTO_CHA_NND 1
    SO_CCCD_CHA_NND 085085000017
    NGUOI_DO_DE Lê Thị Hộ Sinh
    NGUOI_GHI_PHIEU Phạm Văn Ghi
    THU_TRUONG_DVI Hoàng Thị Trưởng
    MA_TTDV 0000000099
    NGAY_CT 23/11/2026
    CAP_LAN_DAU 1";

const DEATH: &str = "SO_BAOTU 4
    QUYEN_SO 02
    MA_HSBA 26.001234
    HO_TEN Nguyễn Văn Mẫu
    NGAY_SINH 1951
    GIOI_TINH 1
    LOAI_GIAYTO 1
    SO_GIAYTO 085051000017
    NGAY_CAP 15/01/2021
    NOI_CAP Cục Cảnh sát QLHC về TTXH
    MA_DANTOC 01
    MA_QUOCTICH 000
    MA_THE HT2310000000017
    MA_BHXH 0000000017
    DCHI_THUONGTRU Tổ 1
    MATINH_THUONGTRU 31
    MAXA_THUONGTRU 11311
    NGAYGIO_VV 20/11/2026 22:10
    NGAY_TV 22/11/2026 03:45
    TINH_TRANG_TV 0
    NGUYENNHAN_TV Nhồi máu cơ tim cấp
    BENH_ICD10_ID I21.9
    BENH_ICD10_TEN Nhồi máu cơ tim cấp, không đặc hiệu
    NGUOI_THANTHICH Trần Thị Thử Nghiệm
    NGUOI_GHIGIAY Phạm Văn Ghi
    TTRUONG_DVI Hoàng Thị Trưởng
    NGAY_CAPGIAYBT 22/11/2026
    MACSKCB 31999
    DIACHI_CSKCB Số 1 phố Mẫu, Hải Phòng";

const DRIVER: &str = "HOTEN Nguyễn Văn Mẫu
    GIOITINHVAL 0
    NGAYSINH 15/01/1985
    SOCMND_PASSPORT 085085000017
    NGAYTHANGNAMCAPCMND 15/01/2021
    NOICAP Cục Cảnh sát QLHC về TTXH
    DIACHITHUONGTRU Tổ 1, phường Hồng Bàng, Hải Phòng
    MATINH_THUONGTRU 31
    MAXA_THUONGTRU 11311
    MOBILE 0912345678
    HANGBANGLAI C1
    NGAYKHAM 22/11/2026
    MATUY 0
    KETLUAN FIT
    NGAYKETLUAN 23/11/2026
    BACSYKETLUAN Lê Thị Bác Sĩ
    IDBENHVIEN 31999
    BENHVIEN Bệnh viện Thử Nghiệm";

#[tokio::test]
async fn birth_and_death_as_we_write_and_sign_them_are_taken() {
    for algorithm in EVERY_ALGORITHM {
        let signer = signer(algorithm);
        let portal = portal_for(&signer).await;
        let token = portal.token(FACILITY).await;
        let birth = numbered(certificates::Kind::Birth, BIRTH);
        let death = numbered(certificates::Kind::Death, DEATH);
        for (code, kind, numbered) in [("61", Kind::Birth, birth), ("60", Kind::Death, death)] {
            let document = portal::write(&numbered, Uuid::new_v4()).expect("written");
            let signed = sign_paper(&document.xml, &signer.key(), datetime!(2026-11-23 01:00 UTC)).expect("signed");
            let (answer, _) = portal.upload(&token, code, &signed).await;
            assert_eq!(answer, "200", "{algorithm:?} {kind:?}: {}", portal.last_refusal());
            assert_eq!(portal.gateway().records_of(kind, &numbered.natural_key()).len(), 1, "the same natural key");
        }
    }
}

#[tokio::test]
async fn a_driver_record_as_we_write_and_sign_it_is_taken() {
    for algorithm in EVERY_ALGORITHM {
        let signer = signer(algorithm);
        let portal = portal_for(&signer).await;
        let numbered = numbered(certificates::Kind::Driver, DRIVER);
        let codes = &certificates::Settings::default().conclusions;
        let stamp = RootStamp {
            uuid: Uuid::new_v4(),
            created: NOW,
            user: FreeText::parse("31999_HSSK").expect("user"),
            status: FreeText::parse("1").expect("status"),
            action: State::Add,
        };
        let root = driver::root(&numbered, &stamp, codes).expect("written");
        let signed = sign_enveloped(&root, &signer.key(), datetime!(2026-11-23 01:00 UTC)).expect("signed");
        let body = driver::body(&numbered, State::Add, signed.as_bytes(), codes).expect("written");
        let json: serde_json::Value = serde_json::from_str(&body).expect("JSON");
        let reply = portal.driver(json.as_object().expect("an object")).await;
        assert_eq!(reply["MSG_STATE"], "1", "{algorithm:?}: {reply}");
        assert_eq!(portal.gateway().records_of(Kind::Driver, &numbered.natural_key()).len(), 1);
    }
}
