//! The words of signing in, Vietnamese and English.

use super::Role;
use super::text::Language;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    SecondFactor,
    SecondFactorLead,
    Code,
    CodeWrong,
    Continue,
    Enrol,
    EnrolLead,
    EnrolByHand,
    RecoveryCodes,
    RecoveryLead,
    SetUp,
    SetUpLead,
    SetUpGone,
    Name,
    PasswordAgain,
    LoginForm,
    LoginTaken,
    PasswordForm,
    PasswordsDiffer,
    NameMissing,
    Create,
    Locked,
    LockedLead,
    Who,
    Pin,
    PinWrong,
    Unlock,
    FullSignIn,
    Lock,
    Account,
    FactorOn,
    FactorOff,
    Begin,
    PinTitle,
    PinLead,
    Badge,
    CurrentPassword,
    Save,
    PinForm,
    BadgeTaken,
    Saved,
    People,
    PeopleLead,
    Invite,
    InviteLead,
    LinkOnce,
    RoleTitle,
    EndFactor,
    EndAccount,
    Ended,
}

impl Word {
    pub fn say(self, language: Language) -> &'static str {
        let pick = |vi, en| language.pick(vi, en);
        match self {
            Self::SecondFactor => pick("Mã xác thực", "Authenticator code"),
            Self::SecondFactorLead => pick(
                "Nhập mã 6 số trong ứng dụng xác thực, hoặc một mã khôi phục.",
                "Enter the 6 digits of your authenticator app, or a recovery code.",
            ),
            Self::Code => pick("Mã", "Code"),
            Self::CodeWrong => pick(
                "Mã chưa đúng hoặc đã dùng. Xin đợi mã mới.",
                "The code is not right, or was used. Wait for the next.",
            ),
            Self::Continue => pick("Tiếp tục", "Continue"),
            Self::Enrol => pick("Thêm ứng dụng xác thực", "Add an authenticator app"),
            Self::EnrolLead => pick(
                "Quét mã này bằng ứng dụng xác thực trên điện thoại, rồi nhập mã 6 số mà ứng dụng hiện ra.",
                "Scan this with the authenticator app on your phone, then enter the 6 digits it shows.",
            ),
            Self::EnrolByHand => pick(
                "Không quét được thì nhập khoá này vào ứng dụng:",
                "If it cannot be scanned, type this key into the app:",
            ),
            Self::RecoveryCodes => pick("Mã khôi phục", "Recovery codes"),
            Self::RecoveryLead => pick(
                "Chép ra giấy và cất kỹ: mỗi mã dùng được một lần khi mất điện thoại. Các mã này không hiện lại.",
                "Write them down and keep them safe: each works once if you lose your phone. They are not shown again.",
            ),
            Self::SetUp => pick("Tạo tài khoản", "Create your account"),
            Self::SetUpLead => pick("Vai trò:", "Role:"),
            Self::SetUpGone => pick(
                "Liên kết này đã dùng hoặc đã hết hạn. Xin người quản trị liên kết mới.",
                "This link was used or has expired. Ask the administrator for another.",
            ),
            Self::Name => pick("Họ và tên", "Full name"),
            Self::PasswordAgain => pick("Nhập lại mật khẩu", "Password again"),
            Self::LoginForm => pick(
                "Tên đăng nhập gồm 1 đến 32 ký tự a-z, 0-9, dấu chấm và gạch nối.",
                "A login has 1 to 32 characters a-z, 0-9, . and -.",
            ),
            Self::LoginTaken => pick("Tên đăng nhập này đã có người dùng.", "This login is taken."),
            Self::PasswordForm => pick("Mật khẩu có ít nhất 10 ký tự.", "A password has at least 10 characters."),
            Self::PasswordsDiffer => pick("Hai mật khẩu không giống nhau.", "The two passwords differ."),
            Self::NameMissing => pick("Xin nhập họ và tên.", "Please give your name."),
            Self::Create => pick("Tạo tài khoản", "Create account"),
            Self::Locked => pick("Màn hình đã khoá", "Locked"),
            Self::LockedLead => pick(
                "Ai đã đăng nhập đầy đủ trên máy này hôm nay có thể vào lại bằng PIN.",
                "Whoever signed in fully at this computer today can come back with a PIN.",
            ),
            Self::Who => pick("Tên đăng nhập hoặc quẹt thẻ", "Login, or scan your badge"),
            Self::Pin => pick("PIN", "PIN"),
            Self::PinWrong => pick(
                "Chưa đúng. Sau 5 lần sai phải đăng nhập bằng mật khẩu.",
                "Not right. After 5 wrong tries the password is needed.",
            ),
            Self::Unlock => pick("Vào", "Enter"),
            Self::FullSignIn => pick("Đăng nhập bằng mật khẩu", "Sign in with a password"),
            Self::Lock => pick("Khoá / đổi người", "Lock / switch"),
            Self::Account => pick("Tài khoản của tôi", "My account"),
            Self::FactorOn => pick("Ứng dụng xác thực: đang dùng.", "Authenticator app: in use."),
            Self::FactorOff => pick("Ứng dụng xác thực: chưa có.", "Authenticator app: none."),
            Self::Begin => pick("Thêm", "Add"),
            Self::PinTitle => pick("PIN đổi người nhanh", "PIN for quick switching"),
            Self::PinLead => pick(
                "6 đến 12 chữ số, không phải ngày sinh. Chỉ dùng được trên máy đã đăng nhập đầy đủ trong ngày.",
                "6 to 12 digits, not your birth date. Works only at a computer where you signed in fully that day.",
            ),
            Self::Badge => pick("Mã thẻ nhân viên (quẹt thẻ, không bắt buộc)", "Badge (scan it; may stay empty)"),
            Self::CurrentPassword => pick("Mật khẩu hiện tại", "Current password"),
            Self::Save => pick("Lưu", "Save"),
            Self::PinForm => pick(
                "PIN có 6 đến 12 chữ số và không phải cùng một số hay dãy liền nhau.",
                "A PIN has 6 to 12 digits, not all the same and not in a row.",
            ),
            Self::BadgeTaken => pick("Thẻ này của người khác.", "That badge is somebody else's."),
            Self::Saved => pick("Đã lưu.", "Saved."),
            Self::People => pick("Nhân viên", "Staff"),
            Self::PeopleLead => pick(
                "Mỗi người tự chọn mật khẩu qua liên kết dùng một lần.",
                "Everybody chooses their own password through a one-time link.",
            ),
            Self::Invite => pick("Tạo liên kết", "Make a link"),
            Self::InviteLead => pick("Mời người mới", "Invite somebody"),
            Self::LinkOnce => pick(
                "Gửi liên kết này cho người được mời. Chỉ hiện một lần, dùng được một lần trong 24 giờ:",
                "Give this link to the person. It is shown once and works once, within 24 hours:",
            ),
            Self::RoleTitle => pick("Vai trò", "Role"),
            Self::EndFactor => pick("Gỡ ứng dụng xác thực", "Remove authenticator"),
            Self::EndAccount => pick("Khoá tài khoản", "End account"),
            Self::Ended => pick("Đã khoá", "Ended"),
        }
    }
}

pub fn role(role: Role, language: Language) -> &'static str {
    let pick = |vi, en| language.pick(vi, en);
    match role {
        Role::Volunteer => pick("Hướng dẫn viên", "Volunteer"),
        Role::Receptionist => pick("Tiếp đón", "Receptionist"),
        Role::Supervisor => pick("Trưởng quầy", "Supervisor"),
        Role::Practitioner => pick("Bác sĩ, nữ hộ sinh", "Doctor or midwife"),
        Role::RecordsOffice => pick("Phòng hồ sơ", "Records office"),
        Role::Head => pick("Thủ trưởng đơn vị", "Head of the facility"),
        Role::Auditor => pick("Kiểm tra", "Auditor"),
        Role::Administrator => pick("Quản trị", "Administrator"),
    }
}
