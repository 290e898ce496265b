# Vietnamese. Short, polite, without pronouns, never blaming. {"\u00A0"} keeps "tầng 2" on one line.

## On every screen

subtitle = Tiếp đón tự phục vụ
language-key = English
text-size-larger = Chữ to hơn
text-size-normal = Chữ thường
help-key = Trợ giúp
emergency-key = Cấp cứu: chạm để gọi nhân viên ngay
step-card = Giấy tờ
step-face = Khuôn mặt
step-department = Khoa khám
step-number = Lấy số
key-continue = Tiếp tục
key-back = Quay lại
key-cancel = Dừng lại
key-to-counter = Ra { $counter }
key-erase = Xóa

## Dialogs

warning-title = Còn đó không ạ?
warning-text = Nếu không chạm, máy sẽ xóa thông tin và về màn hình đầu.
warning-stay = Tôi còn ở đây
warning-leave = Kết thúc
help-title = Nhân viên sẽ đến giúp
help-calling = Đang báo nhân viên. Xin chờ một chút, không mất gì cả.
help-heard = Nhân viên đã nhận tin. Xin chờ tại đây, hoặc làm tiếp.
help-not-heard = Máy chưa báo được. Mời đến { $counter }, { $place }.
help-close = Làm tiếp
emergency-title = Đang gọi nhân viên đến ngay
emergency-calling = Xin ở lại đây. Cấp cứu không cần lấy số.
emergency-heard = Nhân viên đang đến. Xin ở lại đây. Cấp cứu không cần lấy số.
emergency-not-heard = Máy chưa gọi được. Xin gọi to người bên cạnh, hoặc đến ngay { $counter }, { $place }. Cấp cứu không cần lấy số.
emergency-close = Đóng

## Welcome and the ways in

welcome-headline = Xin chào. Mời đặt thẻ căn cước lên đầu đọc.
welcome-why = Chỉ khoảng một phút là có số khám. Không cần gõ gì.
welcome-picture = Khe đọc thẻ
welcome-no-reader = Xin chào. Mời chọn một cách bên dưới.
welcome-no-reader-why = Đầu đọc thẻ đang nghỉ. Các cách khác vẫn lấy được số.
scan-unreadable = Chưa đọc được mã. Xin đưa lại mã vào ô quét.
key-use-eid = Quét mã VNeID
key-insurance-card = Thẻ BHYT
key-type-number = Gõ số căn cước
key-no-card = Không có thẻ
other-headline = Không sao. Mời chọn một cách khác.
other-why = Cách nào cũng có số khám.
way-scanner-down = Máy quét mã đang nghỉ.
way-reader-down = Đầu đọc thẻ đang nghỉ.
way-eid-not-configured = Máy này chưa dùng được mã VNeID.
way-eid-away = VNeID chưa trả lời.
way-eid-expired = Mã VNeID đã hết giờ. Xin mở mã mới rồi quét lại.
way-eid-refused = VNeID chưa xác nhận.
key-other-counter = Lấy số ra { $counter }
scan-eid-headline = Mời đưa mã VNeID trên điện thoại vào ô quét.
scan-eid-why = Mở VNeID, chọn mã QR căn cước, để màn hình sáng.
scan-eid-picture = Ô quét mã
scan-insurance-headline = Mời đưa mã trên thẻ BHYT vào ô quét.
scan-insurance-why = Mã vuông ở mặt thẻ, hoặc trên ứng dụng VssID.
eid-waiting-headline = Đang hỏi VNeID. Xin chờ một chút.
eid-waiting-why = Thường chỉ vài giây.

## Numbers that are typed

access-headline = Mời gõ 6 số cuối của số căn cước.
access-why = Sáu số này mở chip. Cũng có thể quét mã vuông trên thẻ.
access-label = 6 số cuối
access-wrong = Sáu số này chưa mở được thẻ. Xin xem lại trên thẻ.
whole-headline = Mời gõ đủ 12 số căn cước.
whole-why = Chỉ để lấy số khám. Nhân viên xem giấy tờ sau.
whole-label = Số căn cước
mrz-number-headline = Thẻ đời trước. Mời gõ đủ 12 số trên thẻ.
mrz-birth-headline = Mời gõ ngày sinh in trên thẻ.
mrz-expiry-headline = Mời gõ ngày hết hạn in trên thẻ.
mrz-why = Chip này chỉ mở bằng những gì in trên thẻ.
mrz-birth-label = Ngày, tháng, năm sinh
mrz-expiry-label = Ngày, tháng, năm hết hạn
mrz-wrong = Chưa mở được thẻ. Xin xem lại các số in trên thẻ.
mrz-no-such-day = Chưa có ngày này trong lịch. Xin gõ lại.
key-no-expiry = Không thời hạn

## The card and its chip

await-headline = Mời đặt thẻ lên đầu đọc.
await-why = Đã có số thẻ. Đặt thẻ vào khe, mặt chip lên trên.
key-no-chip = Không đặt được thẻ
reading-headline =
    Đang đọc chip.
    Xin để yên thẻ.
reading-why = Kiosk chỉ đọc họ tên, ngày sinh và ảnh để nhận đúng người. Ảnh không được lưu.
reading-access = Mở chip an toàn
reading-personal = Thông tin cá nhân
reading-portrait = Ảnh chân dung
reading-authenticity = Kiểm tra thẻ thật
consent-waiting = Trong lúc chờ, xin đọc
consent-lead = Bước sau so khuôn mặt với ảnh trong chip.
consent-text = Ảnh khuôn mặt là dữ liệu nhạy cảm, chỉ dùng để nhận đúng người và xóa ngay. Có thể từ chối và làm thủ tục tại { $counter }, số thứ tự như nhau.
consent-agreed = Đã đồng ý. Đang đọc nốt chip.
consent-declined = Đã từ chối. Đọc xong sẽ có số ra { $counter }.
key-decline = Từ chối, ra quầy
key-agree = Đồng ý
consent-headline = Đồng ý so khuôn mặt với ảnh trong thẻ?
consent-eid-headline = Đồng ý so khuôn mặt với ảnh trong VNeID?
consent-why = Chọn cách nào cũng được, số thứ tự như nhau.
consent-title = So khuôn mặt
interrupted-badge = Thẻ đã rời đầu đọc
interrupted-headline = Không sao. Mời đặt thẻ lại.
interrupted-why = Máy sẽ đọc tiếp. Không mất gì cả.

## The face

face-headline = Mời nhìn thẳng vào khung.
face-why = Ảnh chỉ dùng lúc này, không được lưu.
face-turn-headline = Nhìn vào khung, quay đầu chậm sang trái.
face-start = Máy ảnh đang mở
face-good = Tốt lắm. Giữ thêm một chút
hint-no-face = Mời đứng trước khung
hint-come-closer = Lại gần hơn một chút
hint-move-back = Lùi ra một chút
hint-several-people = Xin chỉ một người trong khung
hint-more-light = Quay về phía có ánh sáng
hint-too-bright = Tránh ánh sáng chiếu thẳng
hint-look-straight = Nhìn thẳng vào khung
hint-hold-still = Đứng yên một chút
hint-turn-head = Quay đầu chậm sang một bên
key-no-face = Không tiện? Ra quầy, số như nhau
not-matched-badge = Chưa so được khuôn mặt
not-matched-headline = Không sao. Thử lại, hoặc ra { $counter }.
not-matched-why = Bỏ khẩu trang, kính râm, đứng chỗ sáng. Ra quầy cũng có số, thứ tự khám không thay đổi.
key-retry-face = Thử lại khuôn mặt
key-i-go-to-counter = Tôi ra { $counter }

## Insurance and department

identifying-headline = Đang xem bảo hiểm. Xin chờ một chút.
identifying-why = Không có trả lời thì vẫn có số khám.
payer-headline =
    { $name }
    khám bằng cách nào?
payer-headline-plain = Khám BHYT hay tự chi trả?
payer-why = Tại phòng khám vẫn đổi được.
insurance-valid = BHYT còn hạn đến { $date } · đúng tuyến
insurance-other-route = BHYT còn hạn đến { $date } · cần giấy chuyển
insurance-other-route-text = Nơi đăng ký ban đầu là cơ sở khác. Có giấy chuyển thì nhân viên xem giúp tại { $counter }.
insurance-later = BHYT sẽ được xác nhận sau
insurance-later-text = Cổng BHYT chưa trả lời. Vẫn được khám, máy tự hỏi lại.
insurance-not-shown = Nhân viên sẽ xem thẻ BHYT
insurance-not-shown-text = Chưa đọc chip nên máy không hiện thông tin riêng.
insurance-not-valid = Thẻ BHYT chưa dùng được hôm nay
code-expired = Thẻ đã hết hạn. Nhân viên xem giúp tại quầy.
code-new-card = Đã có thẻ mới. Nhân viên xem giúp tại quầy.
code-not-found = Chưa tìm thấy thẻ. Nhân viên xem giúp tại quầy.
code-name-or-birth = Họ tên hoặc ngày sinh chưa khớp với thẻ. Nhân viên xem giúp.
code-stopped = Thẻ đang tạm dừng hoặc đã thu hồi. Nhân viên xem giúp.
code-forces = Thẻ do Quân đội hoặc Công an quản lý. Nhân viên xem giúp.
code-child = Trẻ chưa có thẻ. Nhân viên xem giấy khai sinh tại quầy.
code-other = Cổng BHYT chưa xác nhận thẻ. Nhân viên xem giúp tại quầy.
fact-card = Thẻ BHYT
fact-benefit = Mức hưởng
fact-registered = Nơi đăng ký
key-pay-insurance = Khám BHYT
key-pay-insurance-counter = Khám BHYT, ra { $counter }
key-pay-myself = Tự chi trả
key-ask-insurance = Hỏi nhân viên
department-headline =
    { $name }
    khám khoa nào?
department-headline-plain = Mời chọn khoa khám.
department-closed = Khoa vừa hết số hôm nay. Mời chọn khoa khác.
department-full = Hôm nay đã hết số
department-shut = Ngoài giờ nhận bệnh
tile-place = Phòng{"\u00A0"}{ $rooms } · tầng{"\u00A0"}{ $floor }
tile-waiting = { $people }{"\u00A0"}người
tile-waiting-time = { $people }{"\u00A0"}người · { $low }–{ $high }{"\u00A0"}phút
department-appointment = Có hẹn lúc { $time } tại { $department }.
key-unknown-department = Chưa biết khoa nào
key-priority = Tôi được ưu tiên
priority-headline = Thuộc diện ưu tiên nào?
priority-why = Mời chạm để chọn, rồi đưa giấy tờ cho nhân viên.
priority-pregnant = Phụ nữ có thai
priority-disability = Khuyết tật nặng, đặc biệt nặng
priority-merit = Người có công với cách mạng
priority-seventy-five = Từ đủ 75 tuổi
priority-under-six = Trẻ em dưới 6 tuổi
priority-chosen = Đã chọn
priority-declared = Đã ghi diện ưu tiên. Xin đưa giấy tờ cho nhân viên.
key-no-priority = Tôi không thuộc diện nào
key-take-number = Lấy số { $department }
key-take-number-none = Lấy số
checking-in-headline = Đang lấy số. Xin chờ một chút.
checking-in-why = Máy chủ bận thì máy này vẫn có số.

## The number

ticket-headline = Đã có số khám.
ticket-caption = Số thứ tự khám
ticket-place = { $department } · Phòng{"\u00A0"}{ $rooms }, tầng{"\u00A0"}{ $floor }
ticket-wait = Khoảng { $low }–{ $high }{"\u00A0"}phút nữa · { $people }{"\u00A0"}người phía trước
ticket-ahead = { $people }{"\u00A0"}người phía trước
ticket-follow = Quét để xem lượt trên điện thoại
ticket-take-along = Xin nhớ lấy
take-card = Thẻ căn cước
take-paper = Phiếu số đang in
take-number = Nhớ số này, hoặc chụp lại
ticket-guide = Theo bảng chỉ đường đến phòng, ngồi chờ gọi số.
ticket-priority = Đã được ưu tiên theo tuổi.
ticket-appointment = Giờ hẹn { $time }. Số được gọi theo thứ tự.
ticket-later = Chờ xác nhận BHYT. Vẫn được khám.
key-done = Xong, cảm ơn
paper-out-badge = Máy in hết giấy
paper-cover-badge = Nắp máy in đang mở
paper-gone-badge = Máy in đang nghỉ
paper-fault-badge = Phiếu chưa in được
paper-headline = Số vẫn giữ. Xin nhớ hoặc chụp lại.
paper-why = Đã báo nhân viên. Không cần phiếu cũng được gọi khám.
key-retry-print = In lại
counter-headline = Không sao. Mời đến { $counter }, đã có số.
counter-caption = Số tại quầy
counter-place = { $counter } · { $place }
why-card = Nhân viên sẽ xem thẻ giúp. Thứ tự khám không thay đổi.
why-no-card = Nhân viên sẽ làm thủ tục giúp. Không có thẻ vẫn được khám.
why-child = Thẻ trẻ em chưa có ảnh, nhân viên xem giấy tờ giúp.
why-face = Nhân viên sẽ xem thẻ giúp. Thứ tự khám không thay đổi.
why-insurance = Nhân viên sẽ xem BHYT và giấy chuyển giúp.
why-asked = Nhân viên sẽ giúp chọn khoa và làm thủ tục.
reason-no-card = Chưa có thẻ
reason-number-only = Chưa đọc chip
reason-child = Thẻ trẻ em chưa có ảnh
reason-face-declined = Không so khuôn mặt
reason-face-unavailable = Máy ảnh đang nghỉ
reason-chip-not-genuine = Chưa xác nhận được chip
reason-altered = Chưa xác nhận được thẻ
reason-signer-expired = Cần xem thẻ trực tiếp
reason-chip-unreadable = Chưa đọc được chip
reason-mismatch = Hai số chưa khớp nhau
reason-eid = Chưa xác nhận được VNeID
reason-insurance = Cần xem bảo hiểm
reason-asked = Có nhân viên giúp
no-number-headline = Mời đến { $counter }, có người giúp ngay.
no-number-why = Máy chưa lấy được số. Nhân viên đã được báo, không phải xếp hàng lại.

## Paper

paper-appointment = Giờ hẹn
paper-issued = Giờ lấy số
paper-ahead = Phía trước
paper-ahead-value = { $people } người
paper-wait = Chờ khoảng
paper-wait-value = { $low }–{ $high } phút
paper-holder = Họ tên
paper-follow = Xem lượt trên điện thoại
paper-room = Phòng { $rooms } · Tầng { $floor }
paper-bring-card = Mang theo thẻ căn cước và phiếu này

## The end

take-card-headline = Xin nhận lại thẻ.
take-card-why = Thẻ còn trong đầu đọc. Thông tin trên máy đã xóa.
take-card-bell = Thẻ còn trong đầu đọc. Nhân viên sẽ giữ giúp nếu quên.
take-card-picture = Rút thẻ ra
thanks-headline = Cảm ơn. Chúc sức khỏe.
thanks-why = Thông tin trên máy đã xóa.

## Papers of one's own, at the kiosk

key-papers = Giấy tờ của tôi
key-papers-waiting = Đọc giấy tờ đang chờ ({ $papers })
key-finish = Kết thúc
key-take-number-instead = Lấy số khám
key-to-office = Tôi đến { $office }
key-next-page = Trang sau
key-previous-page = Trang trước
key-confirm = Xác nhận
key-status = Xem tình trạng
key-done-typing = Xong
key-retry = Thử lại
key-share = Đồng ý
key-do-not-share = Không đồng ý
key-print-paper = In phiếu
key-other-papers = Giấy tờ khác
key-next-child = Giấy của bé tiếp theo
key-yes = Có
key-no = Không
key-later = Để sau
key-submit = Xác nhận và lấy số
key-space = Dấu cách
key-shift = Hoa
papers-card-headline = Mời đặt thẻ căn cước lên đầu đọc.
papers-card-why = Giấy tờ chỉ hiện với đúng người: chip thật, khuôn mặt khớp.
papers-denied-headline = Giấy tờ cần thẻ đã xác minh.
papers-denied-why = Máy này chưa xác minh được, nên không hiện gì. Mời đến { $office }, { $whereabouts }.
papers-away-headline = Lúc này chưa mở được giấy tờ.
papers-away-why = Máy chủ chưa trả lời. Xin thử lại sau, hoặc mời đến { $office }, { $whereabouts }.
papers-loading-headline = Đang tìm giấy tờ. Xin chờ một chút.
papers-loading-why = Thường chỉ vài giây.
papers-headline = Mời chọn giấy tờ.
papers-why = Chỉ có giấy tờ của người vừa xác minh.
papers-none-headline = Chưa có giấy tờ nào ở đây.
papers-none-why = Giấy mới làm có thể chậm vài phút. Cần hỏi thì mời đến { $office }.
papers-saved = Đã giữ các câu trả lời
paper-at-office = Một giấy tờ ở { $office }
paper-at-office-place = Có người giúp tại { $whereabouts }
paper-birth = Giấy chứng sinh
paper-death = Giấy báo tử
paper-driver = Giấy khám sức khỏe lái xe
paper-child = Bé thứ { $number } · { $name }
questions-none = { $pages } câu, chạm Có hoặc Không
questions-some = Đã trả lời { $answered } / { $pages } câu
elsewhere-headline = Giấy này có người giúp tại { $office }.
elsewhere-why = Mời đến { $office }, { $whereabouts }. Không mất gì, không trễ hạn.
paper-page = Xin đọc kỹ. Trang { $page } / { $pages }
paper-page-one = Xin đọc kỹ.
paper-corrected = Đã ghi đề nghị. Mời đọc lại
paper-correction-refused = Chưa ghi được đề nghị này. Mời sửa lại, hoặc hỏi nhân viên
paper-ward-looks = Khoa đang xem đề nghị
paper-correct = Chạm để sửa
paper-empty = (chưa có)
correct-why = Gõ chữ rồi chạm dấu. Chạm dấu lần nữa để dời dấu.
tone-sac = Sắc
tone-huyen = Huyền
tone-hoi = Hỏi
tone-nga = Ngã
tone-nang = Nặng
proposing-headline = Đang ghi đề nghị. Xin chờ một chút.
proposing-why = Chữ của khoa vẫn được giữ bên cạnh.
sharing-headline = Chia sẻ kết luận để cấp giấy phép lái xe?
sharing-why = Chọn cách nào cũng được.
sharing-title = Chia sẻ kết luận
sharing-text = Đồng ý: kết luận được gửi qua cổng BHYT cho cơ quan cấp giấy phép lái xe. Không đồng ý: ý kiến được ghi lại, bệnh viện chỉ gửi những gì pháp luật yêu cầu.
confirming-headline = Đang ghi xác nhận. Xin chờ một chút.
confirming-why = Xác nhận chỉ được ghi một lần, dù phải gửi lại.
confirming-chip-headline = Chip đang ký. Xin để yên thẻ.
confirming-chip-why = Chữ ký của chip gắn vào đúng nội dung vừa đọc.
put-back-headline = Mời đặt lại thẻ lên đầu đọc.
put-back-why = Chip ký vào xác nhận. Không đặt được thì vẫn xác nhận, có ghi lý do.
state-preparing = Đang chuẩn bị
state-citizen = Chờ xác nhận
state-signature = Chờ bệnh viện ký
state-to-send = Chờ gửi
state-sending = Đang gửi
state-unknown = Đang hỏi lại cổng
state-refused = Cổng chưa nhận
state-accepted = Cổng đã nhận
state-replaced = Đã thay thế
status-preparing = Giấy đang được chuẩn bị.
status-citizen = Giấy đang chờ xác nhận.
status-signature = Đã ghi lại. Giấy chờ bệnh viện ký.
status-signing = Giấy đang chờ bệnh viện ký.
status-sending = Đang gửi lên cổng BHYT.
status-unknown = Đã gửi, chưa biết chắc cổng đã nhận.
status-refused = Cổng BHYT chưa nhận giấy này.
status-accepted = Cổng BHYT đã nhận giấy.
status-replaced = Đã có giấy khác thay thế.
next-preparing = Khoa đang soạn. Xong thì đọc được tại máy này.
next-citizen = Mời đọc và xác nhận. Chưa xác nhận thì bệnh viện vẫn gửi đúng hạn.
next-signature = Ký xong bệnh viện tự gửi. Không cần chờ ở đây.
next-sending = Không cần chờ ở đây. Xem lại tại máy này, hoặc hỏi { $office }.
next-unknown = Bệnh viện đang hỏi lại cổng và không gửi hai lần. Không phải làm gì thêm.
next-refused = Mã { $code }. Nhân viên { $office } sẽ sửa và gửi lại, không phải làm lại từ đầu.
next-accepted = In phiếu để giữ số, mã nhận và mã tra cứu.
next-replaced = Số giấy mới: { $number }.
fact-paper-number = Số giấy
fact-received-at = Cổng nhận lúc
fact-receipt-code = Mã nhận
slip-printing = Phiếu đang in
slip-printed = Phiếu đã in
slip-not-brought = Chưa lấy được phiếu để in. Xin thử lại
slip-no-number = Chưa có số
slip-verify = Quét để tra cứu giấy này
slip-keep = Giữ phiếu này để tra cứu khi cần.
slip-not-the-certificate = Phiếu này cho biết tình trạng, không thay cho giấy chứng nhận.
trouble-silent = Máy chủ chưa trả lời.
trouble-silent-why = Không mất gì. Xin thử lại, hoặc mời đến { $office }, { $whereabouts }.
trouble-unsure = Chưa biết đã ghi được chưa.
trouble-unsure-why = Thử lại sẽ không ghi hai lần. Hoặc mời đến { $office }, { $whereabouts }.
trouble-changed = Nội dung vừa được sửa. Mời đọc lại.
trouble-changed-why = Chỉ xác nhận đúng bản đã đọc.
trouble-not-waiting = Giấy này không còn chờ xác nhận.
trouble-not-waiting-why = Có thể người khác hoặc { $office } đã xong. Tình trạng ở danh sách.
trouble-too-late = Đã lâu từ lúc xác minh. Mời làm lại.
trouble-too-late-why = Để chắc là đúng người. Những gì đã ghi vẫn còn.
trouble-evidence = Chưa xác nhận được chữ ký của chip.
trouble-evidence-why = Mời đến { $office }, { $whereabouts }. Nhân viên giúp xác nhận.
trouble-fault = Máy chưa làm được việc này.
trouble-fault-why = Không mất gì. Mời đến { $office }, { $whereabouts }.
question-headline = Câu { $page } / { $pages }
question-resumed = Tiếp tục từ chỗ đã dừng
question-answered = Đã trả lời: { $answered }
review-headline = Mời xem lại các câu trả lời.
review-why = Chạm vào một dòng để sửa. Trang { $page } / { $pages }
declare-headline = Mời đọc lời cam đoan.
declare-why = Đồng ý thì xác nhận để lấy số khám.
condolence-headline = Xin chia buồn cùng gia đình.
condolence-why = Mọi việc đã được ghi lại. Thông tin trên máy đã xóa.
