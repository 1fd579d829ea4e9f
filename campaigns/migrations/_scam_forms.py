"""The 24 forms of scam of the published list, as they stand in a new database, each with the words a campaign starts from.

Numbers and names follow the list of the national information-security authority. Which of its three groups a form is
in, and every text, is ours; an office changes them in its own database.
"""

from __future__ import annotations

from dataclasses import dataclass

BRAND, ACCOUNT, OTHER = "brand", "account", "other"


@dataclass(frozen=True)
class Form:
    """One row. The texts of points have one a line."""

    number: int
    group: str
    slug: str
    name: str
    english: str
    in_short: str
    how_it_works: tuple[str, ...]
    signs: tuple[str, ...]
    do_now: tuple[str, ...]
    if_paid: tuple[str, ...]


# What holds whatever the scam was.
BANK = "Gọi ngay số tổng đài in trên thẻ ngân hàng, đề nghị dừng giao dịch và tạm khóa tài khoản."
POLICE = "Trình báo công an xã, phường nơi gần nhất; báo càng sớm, khả năng giữ lại được tiền càng cao."
KEEP = "Giữ nguyên tin nhắn, nhật ký cuộc gọi và biên lai chuyển khoản để giao cho công an."
NO_MORE = "Không chuyển thêm khoản nào, kể cả khi được hứa “nộp nốt phí là lấy lại được tiền”."

# fmt: off
FORMS = (
    Form(
        1, OTHER, "combo-du-lich-gia-re", "Combo du lịch giá rẻ", "Cheap holiday packages",
        "Kẻ gian rao bán tour, vé máy bay, phòng khách sạn giá rẻ bất thường, nhận tiền cọc rồi cắt liên lạc.",
        (
            "Trang mạng xã hội mạo danh công ty du lịch đăng ưu đãi “chỉ còn vài suất”.",
            "Khách được yêu cầu đặt cọc 30–50% hoặc trả hết để “giữ giá”.",
            "Kẻ gian gửi mã đặt chỗ giả hoặc mã chưa thanh toán cho khách yên tâm.",
            "Đến ngày đi, khách mới biết không có vé, không có phòng; trang đã khóa hoặc chặn khách.",
        ),
        (
            "Giá thấp hơn hẳn mọi nơi khác trong cùng thời điểm.",
            "Chỉ nhận chuyển khoản vào tài khoản cá nhân.",
            "Giục đặt cọc ngay trong ngày, không có hợp đồng, không xuất hóa đơn.",
            "Trang mới lập hoặc đổi tên nhiều lần, khóa phần bình luận.",
        ),
        (
            "Tra tên công ty và giấy phép kinh doanh lữ hành trước khi đặt cọc.",
            "Gọi thẳng khách sạn, hãng bay theo số trên trang chính thức để kiểm tra mã đặt chỗ.",
            "Thanh toán qua kênh của hãng, yêu cầu hợp đồng và hóa đơn.",
        ),
        (BANK, KEEP, POLICE, "Báo cho hãng bay, khách sạn bị mạo danh để họ cảnh báo khách khác."),
    ),
    Form(
        2, OTHER, "deepfake-deepvoice", "Cuộc gọi video giả mạo (deepfake, deepvoice)", "Fake video and voice calls (deepfake, deepvoice)",
        "Kẻ gian dùng máy tính giả khuôn mặt, giọng nói của người quen, gọi điện nhờ chuyển tiền gấp.",
        (
            "Kẻ gian lấy ảnh, video, giọng nói của một người từ mạng xã hội rồi làm giả bằng phần mềm.",
            "Chúng gọi video vài giây bằng tài khoản bị chiếm hoặc tài khoản lập giống hệt.",
            "Chúng viện cớ sóng yếu để tắt máy, rồi nhắn tin nhờ chuyển tiền gấp.",
        ),
        (
            "Cuộc gọi rất ngắn, hình mờ, tiếng không khớp với miệng.",
            "Nét mặt đờ đẫn, ít chớp mắt, vùng cổ và viền tóc nhòe khi quay đầu.",
            "Tài khoản nhận tiền không mang tên người đang gọi.",
            "Viện cớ khẩn cấp, xin bạn đừng hỏi lại, đừng kể với ai.",
        ),
        (
            "Tắt máy và gọi lại vào số điện thoại quen thuộc của người đó.",
            "Hỏi một điều chỉ hai người biết.",
            "Đề nghị người gọi đưa tay che ngang mặt hoặc quay hẳn sang một bên.",
            "Hẹn trước trong nhà một “câu hỏi bí mật” để dùng khi có chuyện gấp.",
        ),
        (BANK, "Báo cho người bị mạo danh và những người trong danh bạ để không ai chuyển thêm.", KEEP, POLICE),
    ),
    Form(
        3, BRAND, "khoa-sim", "“Khóa SIM” vì chưa chuẩn hóa thuê bao", "“SIM card to be blocked”",
        "Kẻ gian tự xưng nhân viên nhà mạng, dọa khóa SIM để lấy thông tin và chiếm số điện thoại.",
        (
            "Cuộc gọi tự xưng nhà mạng báo SIM sẽ bị khóa hai chiều sau vài giờ.",
            "Người nghe được yêu cầu đọc số giấy tờ, mã OTP hoặc bấm theo một cú pháp.",
            "Làm theo là chuyển cuộc gọi, tin nhắn sang máy của kẻ gian hoặc mất SIM.",
            "Có số điện thoại trong tay, chúng lấy mã OTP để rút tiền và chiếm tài khoản.",
        ),
        (
            "Dọa khóa SIM ngay trong ngày nếu không làm theo.",
            "Gọi từ số di động cá nhân hoặc số lạ từ nước ngoài.",
            "Hỏi mã OTP, số căn cước, ảnh chụp khuôn mặt.",
            "Bảo bạn bấm dãy lệnh có dấu * và #.",
        ),
        (
            "Cúp máy, không bấm lệnh nào theo lời người gọi.",
            "Tự gọi tổng đài nhà mạng hoặc mở ứng dụng chính thức để kiểm tra thuê bao.",
            "Cần cập nhật thông tin thì ra cửa hàng của nhà mạng, mang theo giấy tờ.",
        ),
        (
            "Gọi tổng đài nhà mạng từ máy khác, đề nghị khóa SIM tạm thời.",
            BANK,
            "Đổi mật khẩu thư điện tử, mạng xã hội và ứng dụng ngân hàng trên máy an toàn.",
            POLICE,
        ),
    ),
    Form(
        4, OTHER, "bien-lai-chuyen-tien-gia", "Giả mạo biên lai chuyển tiền thành công", "Faked transfer receipts",
        "Kẻ gian đưa ảnh chụp chuyển khoản giả để lấy hàng hoặc lấy tiền khi tiền chưa hề vào tài khoản.",
        (
            "Kẻ gian mua hàng, thuê phòng hoặc nhờ đổi tiền mặt rồi đưa ảnh chuyển khoản thành công.",
            "Ảnh làm bằng phần mềm, hoặc lệnh chuyển hẹn giờ rồi hủy.",
            "Chúng viện cớ mạng chậm, giục giao hàng ngay lúc cửa hàng đông khách.",
        ),
        (
            "Có ảnh biên lai nhưng tài khoản của bạn chưa báo có tiền.",
            "Phông chữ, giờ giao dịch hoặc số dư trên ảnh khác thường.",
            "Người mua vội, nói “mai tiền sẽ vào” hoặc “ngân hàng đang bảo trì”.",
            "Chuyển dư rồi xin hoàn lại phần thừa bằng tiền mặt.",
        ),
        (
            "Chỉ giao hàng khi ứng dụng ngân hàng của chính bạn báo có tiền.",
            "Tự mở ứng dụng xem số dư, không xem trên máy của khách.",
            "Cửa hàng nên dùng loa báo tiền của ngân hàng hoặc mã QR có xác nhận.",
        ),
        (
            "Lưu hình camera, ảnh biên lai giả và thông tin giao hàng.",
            "Gọi ngân hàng để xác nhận bằng văn bản rằng không có giao dịch.",
            POLICE,
        ),
    ),
    Form(
        5, OTHER, "bao-nguoi-than-cap-cuu", "Giả danh giáo viên, nhân viên y tế báo người thân cấp cứu", "“Your relative is in the emergency room”",
        "Kẻ gian tự xưng thầy cô, bác sĩ, báo con em đang cấp cứu và đòi chuyển viện phí ngay.",
        (
            "Cuộc gọi báo con bạn bị tai nạn ở trường, đang chờ mổ tại một bệnh viện lớn.",
            "Người gọi biết tên, lớp, tên phụ huynh vì dữ liệu đã bị lộ.",
            "Chúng chuyển máy cho “bác sĩ” để thúc ép đóng viện phí ngay.",
            "Phụ huynh hoảng hốt, chuyển tiền trước khi kịp gọi hỏi nhà trường.",
        ),
        (
            "Đòi chuyển tiền trước, nói chậm vài phút là nguy hiểm tính mạng.",
            "Tài khoản nhận mang tên cá nhân, không phải bệnh viện.",
            "Không cho nói chuyện với người nhà, không cho tắt máy.",
            "Gọi từ số lạ, không phải số của trường hay bệnh viện.",
        ),
        (
            "Tắt máy, gọi ngay cho con hoặc giáo viên chủ nhiệm theo số đã lưu.",
            "Gọi tổng đài bệnh viện để hỏi có người bệnh đó hay không.",
            "Nhớ rằng bệnh viện cấp cứu trước, thu viện phí sau.",
            "Lưu sẵn số của trường và giáo viên trong điện thoại mọi người trong nhà.",
        ),
        (BANK, KEEP, POLICE, "Báo cho nhà trường để cảnh báo phụ huynh khác."),
    ),
    Form(
        6, OTHER, "tuyen-nguoi-mau-nhi", "Tuyển người mẫu nhí", "Casting of child models",
        "Kẻ gian mời trẻ thử làm người mẫu, dẫn phụ huynh vào nhóm “làm nhiệm vụ” và bắt nộp tiền.",
        (
            "Quảng cáo mời trẻ chụp ảnh cho một hãng thời trang, không mất phí.",
            "Phụ huynh được đưa vào nhóm trò chuyện, làm vài “thử thách” mua hàng và nhận lại tiền.",
            "Số tiền tăng dần; đến khoản lớn thì chúng báo lỗi và không cho rút.",
            "Thành viên khác trong nhóm là người của chúng, đóng vai phụ huynh để thúc giục.",
        ),
        (
            "Phải chuyển tiền trước thì con mới được dự tuyển.",
            "Tuyển qua nhóm chat, không có địa chỉ, không gặp mặt.",
            "Hứa trả lại cả gốc lẫn hoa hồng sau vài phút.",
            "Xin ảnh, ngày sinh, trường lớp của trẻ.",
        ),
        (
            "Gọi hãng bị nêu tên theo số trên trang chính thức để hỏi có đợt tuyển không.",
            "Không gửi ảnh và giấy tờ của trẻ cho người lạ.",
            "Rời nhóm, chặn tài khoản mời chào, báo cáo trang với mạng xã hội.",
        ),
        (NO_MORE, BANK, KEEP, POLICE),
    ),
    Form(
        7, BRAND, "gia-danh-cong-ty-tai-chinh-ngan-hang", "Giả danh công ty tài chính, ngân hàng", "Impersonated lenders and banks",
        "Kẻ gian mạo danh ngân hàng, công ty tài chính mời vay nhanh, thu phí trước hoặc lấy thông tin thẻ.",
        (
            "Tin nhắn, cuộc gọi mời vay lãi suất thấp, không cần thế chấp, giải ngân trong ngày.",
            "Người vay khai hồ sơ trên trang giả, để lộ giấy tờ và tài khoản.",
            "Chúng báo hồ sơ sai số tài khoản, đòi nộp phí để “mở khóa khoản vay”.",
            "Nộp xong lại phát sinh phí khác; tiền vay không bao giờ về.",
        ),
        (
            "Phải nộp phí bảo hiểm, phí mở khóa, phí chứng minh thu nhập trước khi nhận tiền.",
            "Hỏi mã OTP, số thẻ, mã ba số sau thẻ hoặc mật khẩu.",
            "Đường dẫn hay ứng dụng lạ, không có trên kho ứng dụng chính thức.",
            "Phí nộp vào tài khoản cá nhân.",
        ),
        (
            "Gọi tổng đài in trên thẻ hoặc đến quầy giao dịch để hỏi.",
            "Không đọc mã OTP, mã thẻ cho bất cứ ai, kể cả người xưng là nhân viên ngân hàng.",
            "Không cài ứng dụng từ đường dẫn trong tin nhắn.",
        ),
        (BANK, NO_MORE, "Đổi mật khẩu ứng dụng ngân hàng trên một máy an toàn.", POLICE),
    ),
    Form(
        8, OTHER, "app-co-bac-tin-dung-den", "Cài ứng dụng, đường dẫn cờ bạc, cá độ, tín dụng đen", "Gambling apps and loan sharks",
        "Ứng dụng, quảng cáo cờ bạc và vay nóng dụ người dùng nạp tiền, vay lãi cắt cổ rồi đe dọa để đòi nợ.",
        (
            "Quảng cáo “thắng lớn”, “vay 5 phút” chèn vào phim lậu, trò chơi, mạng xã hội.",
            "Người chơi thắng nhỏ vài ván, nạp thêm thì thua hoặc không rút được.",
            "Ứng dụng vay đòi quyền xem danh bạ, ảnh, tin nhắn.",
            "Chậm trả, chúng gọi điện bôi nhọ người vay với người thân, đồng nghiệp.",
        ),
        (
            "Cài ứng dụng bằng đường dẫn, không qua kho ứng dụng chính thức.",
            "Ứng dụng đòi quyền xem danh bạ, ảnh hoặc điều khiển điện thoại.",
            "Giải ngân ít hơn số ghi trong hợp đồng, hạn trả chỉ vài ngày.",
            "Hứa chắc thắng, hứa hoàn tiền cho người mới.",
        ),
        (
            "Không bấm quảng cáo cờ bạc; đánh bạc qua mạng là vi phạm pháp luật.",
            "Cần vay thì đến ngân hàng, quỹ tín dụng có giấy phép.",
            "Gỡ ứng dụng lạ, thu hồi quyền danh bạ và quyền trợ năng.",
        ),
        (
            "Ngừng nạp, ngừng vay khoản mới để trả khoản cũ.",
            "Lưu lại tin nhắn đe dọa, biên lai và hợp đồng vay.",
            POLICE,
            "Báo trước với người thân để không ai trả tiền thay vì bị đe dọa.",
        ),
    ),
    Form(
        9, BRAND, "gia-mao-trang-co-quan-doanh-nghiep", "Giả mạo trang của cơ quan, doanh nghiệp", "Fake sites of agencies and companies",
        "Kẻ gian dựng trang giống trang của cơ quan nhà nước, bảo hiểm, ngân hàng để lấy thông tin và tiền.",
        (
            "Tin nhắn hoặc quảng cáo dẫn đến một trang giống hệt trang thật.",
            "Trang yêu cầu đăng nhập, khai giấy tờ, nhập thẻ hoặc mã OTP.",
            "Có trang bắt tải tệp cài đặt “ứng dụng dịch vụ công” chứa mã độc.",
            "Kẻ gian dùng thông tin vừa nhập để rút tiền, chiếm tài khoản.",
        ),
        (
            "Địa chỉ sai một vài chữ hoặc thêm chữ lạ.",
            "Trang cơ quan nhà nước mà đuôi không phải .gov.vn.",
            "Bắt tải tệp .apk hoặc cấp quyền trợ năng.",
            "Tin nhắn giục làm ngay trong ngày kẻo bị phạt hoặc mất quyền lợi.",
        ),
        (
            "Tự gõ địa chỉ chính thức, không bấm đường dẫn trong tin nhắn.",
            "Chỉ cài ứng dụng từ kho ứng dụng chính thức.",
            "Hỏi bộ phận một cửa của xã, phường nếu chưa rõ thủ tục.",
        ),
        (
            "Ngắt mạng điện thoại, gỡ ứng dụng vừa cài.",
            BANK,
            "Đổi mật khẩu của tài khoản vừa khai, từ một máy khác.",
            POLICE,
        ),
    ),
    Form(
        10, BRAND, "sms-brandname", "Tin nhắn thương hiệu giả (SMS brandname)", "Spoofed brand text messages",
        "Kẻ gian dùng thiết bị phát sóng giả gửi tin nhắn mang tên ngân hàng, cơ quan, kèm đường dẫn lừa đảo.",
        (
            "Thiết bị phát sóng giả đặt trên xe gửi tin đến mọi máy ở gần.",
            "Tin hiện đúng tên ngân hàng, nằm chung luồng với tin thật.",
            "Tin báo tài khoản có giao dịch lạ, mời bấm đường dẫn để hủy.",
            "Trang giả lấy tên đăng nhập, mật khẩu, mã OTP rồi rút tiền.",
        ),
        (
            "Tin nhắn của ngân hàng mà có đường dẫn đăng nhập.",
            "Địa chỉ lạ, thêm chữ, đuôi .top, .vip, .cc hoặc rút gọn.",
            "Viết không dấu, sai chính tả, giọng dọa dẫm.",
            "Điện thoại bỗng chỉ còn sóng 2G ngay lúc nhận tin.",
        ),
        (
            "Không bấm đường dẫn; mở ứng dụng ngân hàng để xem có giao dịch không.",
            "Gọi tổng đài in trên thẻ.",
            "Chuyển tiếp tin nhắn rác tới đầu số 156 hoặc 5656 rồi xóa.",
        ),
        (BANK, "Đổi mật khẩu ứng dụng ngân hàng ngay trong ứng dụng chính thức.", KEEP, POLICE),
    ),
    Form(
        11, OTHER, "dau-tu-chung-khoan-tien-ao-da-cap", "Đầu tư chứng khoán, tiền ảo, đa cấp", "Fake investments, crypto and pyramid schemes",
        "Kẻ gian mời đầu tư lãi cao qua sàn do chúng dựng, cho rút khoản nhỏ rồi giữ toàn bộ số tiền lớn.",
        (
            "Nhóm “chuyên gia” trên mạng khoe lãi, mời tham gia sàn chứng khoán quốc tế, tiền ảo.",
            "Người mới được lãi và rút được tiền ở những lần nhỏ đầu tiên.",
            "Bị thúc nạp khoản lớn; số lãi chỉ là con số trên màn hình.",
            "Muốn rút phải nộp “thuế”, “phí xác minh”; cuối cùng sàn biến mất.",
        ),
        (
            "Cam kết lãi cố định, cao hơn lãi ngân hàng nhiều lần, không rủi ro.",
            "Nạp tiền vào tài khoản cá nhân hoặc ví tiền số.",
            "Được thưởng khi rủ thêm người.",
            "Phải nộp thêm tiền mới được rút tiền.",
        ),
        (
            "Tra danh sách công ty chứng khoán được cấp phép trên trang của Ủy ban Chứng khoán Nhà nước.",
            "Hỏi ý kiến người thân trước khi chuyển khoản lớn.",
            "Rời nhóm, chặn người mời chào.",
        ),
        (NO_MORE, BANK, "Chụp lại màn hình tài khoản trên sàn, nhóm chat trước khi chúng xóa.", POLICE),
    ),
    Form(
        12, OTHER, "cong-tac-vien-online", "Tuyển cộng tác viên trực tuyến", "Online jobs that ask for deposits",
        "Kẻ gian tuyển người làm việc nhẹ tại nhà, bắt ứng tiền “làm nhiệm vụ” rồi chiếm đoạt.",
        (
            "Tin tuyển người bấm thích, chốt đơn, đánh giá sản phẩm tại nhà, lương cao.",
            "Vài nhiệm vụ đầu trả cả gốc lẫn hoa hồng cho người làm tin.",
            "Nhiệm vụ sau đòi ứng trước hàng chục triệu đồng.",
            "Chúng báo làm sai, tài khoản bị treo, phải nạp thêm mới rút được.",
        ),
        (
            "Việc nhẹ, lương cao, không cần hợp đồng, không gặp mặt.",
            "Phải ứng tiền của mình để nhận việc.",
            "Trao đổi trong nhóm kín, có nhiều người khoe vừa nhận tiền.",
            "Thời hạn làm nhiệm vụ rất ngắn, không kịp hỏi ai.",
        ),
        (
            "Dừng ngay khi bị đòi ứng tiền: người làm thuê không trả tiền cho chủ.",
            "Gọi công ty bị nêu tên theo số trên trang chính thức để hỏi.",
            "Rời nhóm và chặn tài khoản mời chào.",
        ),
        (NO_MORE, BANK, KEEP, POLICE),
    ),
    Form(
        13, ACCOUNT, "chiem-tai-khoan-mang-xa-hoi", "Chiếm tài khoản mạng xã hội, nhắn tin vay tiền", "Hijacked social media accounts",
        "Kẻ gian chiếm tài khoản Zalo, Facebook của một người rồi nhắn bạn bè người đó vay tiền.",
        (
            "Kẻ gian gửi đường dẫn bình chọn, xem ảnh, nhận quà để lấy mật khẩu.",
            "Chiếm được tài khoản, chúng đọc tin cũ để bắt chước cách xưng hô.",
            "Chúng nhắn hàng loạt người quen vay tiền, mua thẻ nạp hộ.",
        ),
        (
            "Người quen bỗng nhắn vay tiền gấp, không chịu nghe điện thoại.",
            "Tài khoản nhận tiền mang tên người khác.",
            "Cách xưng hô, dấu câu khác ngày thường.",
            "Gửi kèm đường dẫn đòi đăng nhập lại mạng xã hội.",
        ),
        (
            "Gọi điện thoại thường cho người đó trước khi chuyển tiền.",
            "Không đăng nhập qua đường dẫn bình chọn, nhận quà.",
            "Bật xác thực hai lớp cho Zalo, Facebook và thư điện tử.",
            "Bị chiếm tài khoản thì báo ngay cho bạn bè bằng cách khác.",
        ),
        (BANK, KEEP, "Báo cho chủ tài khoản thật để họ cảnh báo mọi người.", POLICE),
    ),
    Form(
        14, BRAND, "gia-danh-cong-an-vien-kiem-sat-toa-an", "Giả danh công an, viện kiểm sát, tòa án", "Impersonated police, prosecutors and courts",
        "Kẻ gian gọi điện tự xưng công an, kiểm sát viên, thẩm phán, dọa bắt rồi buộc chuyển tiền để “kiểm tra”.",
        (
            "Kẻ gian gọi điện, đọc đúng họ tên, số căn cước, báo bạn liên quan đến một vụ án.",
            "Chúng gọi video, mặc sắc phục, đưa lệnh bắt giả để bạn hoảng sợ.",
            "Chúng cấm bạn kể với người nhà, vì “bí mật điều tra”.",
            "Chúng bắt chuyển tiền vào một tài khoản để “kiểm tra”, hoặc cài ứng dụng giả để rút tiền.",
        ),
        (
            "Làm việc về vụ án qua điện thoại hoặc gọi video.",
            "Dọa bắt ngay, bắt giữ bí mật, không cho tắt máy.",
            "Yêu cầu chuyển tiền để chứng minh vô tội.",
            "Bảo cài ứng dụng, đọc mã OTP hoặc số thẻ.",
        ),
        (
            "Cúp máy. Cơ quan công an, tòa án gửi giấy mời và làm việc tại trụ sở.",
            "Kể ngay với người nhà.",
            "Gọi hoặc đến công an xã, phường để hỏi cho rõ.",
            "Không cài ứng dụng, không cung cấp mã OTP cho bất cứ ai.",
        ),
        (
            BANK,
            POLICE,
            "Ngắt mạng và gỡ ứng dụng vừa cài; đổi mật khẩu ngân hàng trên máy khác.",
            KEEP,
            NO_MORE,
        ),
    ),
    Form(
        15, OTHER, "hang-gia-tren-san", "Rao bán hàng giả, hàng nhái trên sàn thương mại điện tử", "Fake goods on shopping platforms",
        "Kẻ gian rao hàng hiệu giá rẻ, giao hàng giả, hàng hỏng hoặc gửi bưu kiện không ai đặt rồi thu tiền.",
        (
            "Gian hàng đăng ảnh hàng thật với giá rất rẻ, kèm đánh giá do chúng tự viết.",
            "Người mua được mời giao dịch ngoài sàn để “giảm thêm”.",
            "Hàng giao đến là hàng giả, hàng hỏng hoặc hộp rỗng.",
            "Có khi chúng gửi kiện hàng không ai đặt và thu tiền người nhận hộ.",
        ),
        (
            "Giá thấp bất thường so với hàng chính hãng.",
            "Bảo chuyển khoản ngoài sàn hoặc đặt cọc trước.",
            "Không cho xem hàng trước khi trả tiền.",
            "Người giao hàng thu tiền kiện hàng mà nhà không ai nhận là đã đặt.",
        ),
        (
            "Chỉ thanh toán trong sàn; mở hàng có quay phim.",
            "Từ chối kiện hàng không đặt, hỏi người nhà trước khi trả tiền hộ.",
            "Xem kỹ tuổi gian hàng và các đánh giá thấp.",
        ),
        (
            "Gửi khiếu nại trên sàn ngay, kèm hình và phim mở hàng.",
            "Nếu đã chuyển khoản ngoài sàn, gọi ngân hàng đề nghị hỗ trợ tra soát.",
            "Phản ánh với quản lý thị trường hoặc cơ quan bảo vệ người tiêu dùng.",
            POLICE,
        ),
    ),
    Form(
        16, ACCOUNT, "dung-can-cuoc-vay-no", "Đánh cắp thông tin căn cước để vay nợ", "Stolen identity papers used for loans",
        "Kẻ gian dùng ảnh căn cước, khuôn mặt của người khác để vay tiền, mở tài khoản, đăng ký SIM.",
        (
            "Kẻ gian thu ảnh căn cước qua tin tuyển dụng, thuê trọ, cho vay, nhận quà.",
            "Chúng xin thêm ảnh khuôn mặt, nhờ “quay đầu, chớp mắt” trước máy quay.",
            "Chúng dùng hồ sơ đó vay tiền qua mạng, mở tài khoản nhận tiền lừa đảo.",
            "Chủ căn cước chỉ biết khi bị gọi đòi nợ.",
        ),
        (
            "Người lạ xin ảnh hai mặt căn cước cho một việc không cần đến.",
            "Được trả tiền để “cho mượn” căn cước, tài khoản ngân hàng.",
            "Bị gọi đòi khoản nợ bạn không vay.",
            "Nhận tin báo mở tài khoản, đăng ký SIM bạn không làm.",
        ),
        (
            "Không gửi ảnh căn cước, ảnh khuôn mặt cho người lạ.",
            "Khi buộc phải gửi bản sao, ghi rõ mục đích và ngày lên ảnh.",
            "Nhắn TTTB gửi 1414 để xem số điện thoại đăng ký bằng giấy tờ của mình.",
            "Không bán, không cho thuê tài khoản ngân hàng: đó là vi phạm pháp luật.",
        ),
        (
            "Yêu cầu bên cho vay đưa hợp đồng, nói rõ bằng văn bản rằng bạn không vay.",
            "Không trả thay khoản nợ không phải của mình.",
            "Kiểm tra lịch sử tín dụng tại Trung tâm Thông tin tín dụng quốc gia.",
            POLICE,
        ),
    ),
    Form(
        17, OTHER, "chuyen-nham-tien", "“Chuyển nhầm tiền” vào tài khoản", "“Money sent to you by mistake”",
        "Kẻ gian cố ý chuyển một khoản vào tài khoản của bạn rồi ép trả lại kèm lãi, hoặc bắt bấm đường dẫn.",
        (
            "Tài khoản của bạn nhận một khoản tiền lạ, nội dung ghi như cho vay.",
            "Ít lâu sau có người đòi trả cả gốc lẫn lãi, tự nhận là công ty tài chính.",
            "Hoặc có người xin “hoàn tiền” qua một đường dẫn, nơi bạn bị lấy mật khẩu.",
        ),
        (
            "Người đòi tiền không phải chủ tài khoản đã chuyển.",
            "Bảo trả vào một tài khoản khác với tài khoản đã chuyển đến.",
            "Gửi đường dẫn, đòi mã OTP để “làm thủ tục hoàn tiền”.",
            "Đòi lãi, dọa đăng tin bôi nhọ.",
        ),
        (
            "Không tiêu số tiền đó và không tự chuyển trả.",
            "Gọi ngân hàng của bạn, để ngân hàng làm thủ tục hoàn theo đúng nguồn chuyển.",
            "Không bấm đường dẫn, không đọc mã OTP.",
        ),
        (BANK, KEEP, POLICE),
    ),
    Form(
        18, OTHER, "lay-lai-tien-da-mat", "Dịch vụ lấy lại tiền đã bị lừa", "“We get your lost money back”",
        "Kẻ gian tìm người vừa mất tiền, tự xưng luật sư, công an mạng, hứa lấy lại và thu phí lần nữa.",
        (
            "Trang mạo danh văn phòng luật, cơ quan chức năng chạy quảng cáo “thu hồi tiền lừa đảo”.",
            "Chúng cho xem ảnh giả về những người đã nhận lại tiền.",
            "Người cần giúp phải nộp phí hồ sơ, phí “giải ngân”, hết lần này đến lần khác.",
        ),
        (
            "Cam kết lấy lại được 100% số tiền.",
            "Thu phí trước, nhận vào tài khoản cá nhân.",
            "Tự xưng công an, luật sư nhưng chỉ làm việc qua mạng.",
            "Xin mật khẩu, mã OTP để “truy vết dòng tiền”.",
        ),
        (
            "Không trả phí cho ai hứa lấy lại tiền: cơ quan công an không thu phí.",
            "Đến trình báo trực tiếp tại công an xã, phường.",
            "Muốn thuê luật sư, tra tên ở đoàn luật sư của tỉnh.",
        ),
        (NO_MORE, BANK, KEEP, POLICE),
    ),
    Form(
        19, ACCOUNT, "lay-otp-telegram", "Lấy cắp mã OTP Telegram", "Stolen Telegram codes",
        "Kẻ gian dụ người dùng đọc hoặc nhập mã đăng nhập Telegram để chiếm tài khoản và nhắn tin lừa người khác.",
        (
            "Tin nhắn từ người quen nhờ bình chọn, nhận quà, xem ảnh trên Telegram.",
            "Trang giả yêu cầu số điện thoại và mã năm chữ số vừa gửi đến.",
            "Có mã, chúng đăng nhập, đổi mật khẩu và nhắn tất cả danh bạ.",
        ),
        (
            "Bất cứ ai, kể cả người quen, xin mã đăng nhập.",
            "Trang bình chọn bắt đăng nhập bằng Telegram.",
            "Tự nhận là bộ phận hỗ trợ Telegram và nhắn tin riêng cho bạn.",
            "Nhận mã đăng nhập trong khi bạn không đăng nhập.",
        ),
        (
            "Không đọc, không nhập mã đăng nhập ở nơi nào ngoài ứng dụng.",
            "Bật mật khẩu hai lớp trong phần Quyền riêng tư và bảo mật.",
            "Vào mục Thiết bị, đăng xuất mọi thiết bị lạ.",
        ),
        (
            "Đăng xuất các thiết bị khác và đặt lại mật khẩu hai lớp.",
            "Báo bạn bè không chuyển tiền theo tin nhắn từ tài khoản của bạn.",
            BANK,
            POLICE,
        ),
    ),
    Form(
        20, OTHER, "tin-gia-cuoc-goi-flashai", "Tin giả về cuộc gọi mất tiền (FlashAI)", "Rumours of calls that empty accounts (FlashAI)",
        "Tin giả nói chỉ nghe một cuộc gọi là mất sạch tiền, làm người dân hoang mang và dễ nghe theo kẻ gian.",
        (
            "Tin cảnh báo lan trong nhóm chat: nghe máy vài giây là bị rút hết tiền.",
            "Người nhận sợ hãi, chuyển tiếp cho cả họ hàng.",
            "Kẻ gian nhân đó gọi điện, gửi ứng dụng “chặn cuộc gọi” chứa mã độc.",
        ),
        (
            "Không ghi nguồn, không ghi ngày, giục chuyển tiếp thật nhanh.",
            "Chỉ nghe máy mà mất tiền, không cần bấm hay đọc mã gì.",
            "Kèm đường dẫn tải ứng dụng bảo vệ.",
        ),
        (
            "Không chuyển tiếp tin chưa rõ nguồn.",
            "Tìm tin đó trên trang kiểm chứng hoặc hỏi cơ quan chức năng.",
            "Nhớ rằng chỉ nghe máy không mất tiền; mất khi đọc mã OTP, bấm đường dẫn, cài ứng dụng.",
        ),
        (
            "Gỡ ứng dụng vừa cài theo lời tin nhắn, ngắt mạng điện thoại.",
            BANK,
            POLICE,
        ),
    ),
    Form(
        21, ACCOUNT, "lay-lai-facebook", "Dịch vụ lấy lại tài khoản Facebook", "“We recover your Facebook account”",
        "Kẻ gian nhận lấy lại tài khoản Facebook bị mất, thu phí trước rồi biến mất hoặc chiếm luôn tài khoản.",
        (
            "Quảng cáo nhận khôi phục tài khoản, chỉ cần tên tài khoản.",
            "Người mất tài khoản trả phí trước, gửi cả mật khẩu và ảnh giấy tờ.",
            "Chúng cắt liên lạc, hoặc dùng thông tin đó chiếm thêm tài khoản khác.",
        ),
        (
            "Thu tiền trước, nhận tiền qua tài khoản cá nhân hoặc thẻ nạp.",
            "Xin mật khẩu, mã OTP, ảnh căn cước.",
            "Tự xưng nhân viên Facebook tại Việt Nam.",
            "Nhiều bình luận khen giống hệt nhau.",
        ),
        (
            "Tự khôi phục trong mục Trung tâm trợ giúp của Facebook; việc này không mất tiền.",
            "Không gửi mật khẩu, mã OTP, ảnh giấy tờ cho người nhận làm dịch vụ.",
            "Báo bạn bè rằng tài khoản đã bị chiếm.",
        ),
        (NO_MORE, BANK, "Đổi mật khẩu thư điện tử gắn với tài khoản, bật xác thực hai lớp.", POLICE),
    ),
    Form(
        22, OTHER, "tinh-cam-buu-kien-trung-thuong", "Lừa đảo tình cảm, bưu kiện, trúng thưởng", "Romance, parcel and prize scams",
        "Kẻ gian làm quen qua mạng, tạo tình cảm, gửi “quà” hoặc báo trúng thưởng rồi đòi phí, rủ đầu tư.",
        (
            "Tài khoản ảnh đẹp, tự nhận là doanh nhân, quân nhân nước ngoài, chủ động làm quen.",
            "Sau một thời gian thân thiết, chúng báo gửi bưu kiện có tiền, có trang sức.",
            "“Hải quan” gọi đòi phí thông quan, tiền phạt; hoặc “ban tổ chức” đòi phí nhận thưởng.",
            "Có kẻ rủ cùng đầu tư trên một sàn do chúng dựng.",
        ),
        (
            "Chưa gặp mặt đã nói chuyện tình cảm và tiền bạc.",
            "Luôn có cớ để không gặp, không gọi video rõ mặt.",
            "Phải trả phí mới nhận được quà, giải thưởng.",
            "Trúng thưởng một chương trình bạn không tham gia.",
        ),
        (
            "Không chuyển tiền cho người chưa từng gặp.",
            "Kể cho một người thân nghe, nhờ họ xem giúp.",
            "Hỏi thẳng hải quan, bưu điện theo số công bố: họ không thu phí qua tài khoản cá nhân.",
            "Tìm ngược ảnh đại diện trên mạng.",
        ),
        (NO_MORE, BANK, KEEP, POLICE, "Nói với người thân: bị lừa không phải là điều đáng xấu hổ."),
    ),
    Form(
        23, ACCOUNT, "duong-dan-gia-quang-cao-ban", "Rải đường dẫn lừa đảo, quảng cáo bẩn", "Phishing links and dirty advertising",
        "Kẻ gian rải đường dẫn và quảng cáo hấp dẫn trên mạng xã hội để lấy mật khẩu hoặc cài mã độc.",
        (
            "Bài đăng giật gân, ảnh người nổi tiếng, quà tặng kèm một đường dẫn.",
            "Đường dẫn mở trang giả đòi đăng nhập, hoặc tự tải tệp về máy.",
            "Nhiều tài khoản ảo bình luận để bài trông đáng tin.",
            "Mã độc lấy mật khẩu đã lưu, chiếm tài khoản và trang bán hàng.",
        ),
        (
            "Tiêu đề gây sốc, hứa quà, giục bấm ngay.",
            "Địa chỉ rút gọn hoặc không khớp với tên đơn vị.",
            "Bắt đăng nhập lại mạng xã hội để xem tiếp.",
            "Tệp tải về có đuôi .apk, .exe, .zip.",
        ),
        (
            "Không bấm; xem tin trên báo hoặc trang chính thức.",
            "Báo cáo bài viết với mạng xã hội.",
            "Cập nhật điện thoại, bật xác thực hai lớp.",
        ),
        (
            "Đổi mật khẩu đã nhập, từ một máy khác.",
            "Ngắt mạng, quét mã độc hoặc mang máy đến nơi sửa chữa tin cậy.",
            BANK,
            POLICE,
        ),
    ),
    Form(
        24, OTHER, "cho-so-danh-de", "Cho số đánh đề, soi cầu", "“Sure” lottery numbers",
        "Kẻ gian bán số “chắc trúng”, thu phí hoặc đòi chia phần trăm, số sai thì chặn liên lạc.",
        (
            "Nhóm trên mạng khoe ảnh trúng đề, tự xưng có người trong công ty xổ số.",
            "Người mua trả phí mỗi ngày để nhận một con số khác nhau cho từng người.",
            "Ai tình cờ trúng thì bị đòi chia tiền; ai trượt thì bị chặn.",
        ),
        (
            "Bảo đảm trúng, bảo đảm hoàn tiền.",
            "Thu phí bằng thẻ nạp hoặc tài khoản cá nhân.",
            "Đòi trả trước, giục trước giờ mở thưởng.",
        ),
        (
            "Nhớ rằng không ai biết trước kết quả xổ số.",
            "Rời nhóm, chặn và báo cáo tài khoản.",
            "Không đánh đề: đó là hành vi đánh bạc trái phép.",
        ),
        (NO_MORE, BANK, KEEP, POLICE),
    ),
)
# fmt: on

# (slug, name, name in English)
TARGET_GROUPS = (
    ("nguoi-cao-tuoi", "Người cao tuổi", "Older people"),
    ("tre-em", "Trẻ em", "Children"),
    ("hoc-sinh-sinh-vien", "Học sinh, sinh viên", "Pupils and students"),
    ("thanh-nien", "Thanh niên", "Young people"),
    ("cong-nhan", "Công nhân", "Workers"),
    ("nhan-vien-van-phong", "Nhân viên văn phòng", "Office staff"),
    ("chu-ho-kinh-doanh", "Chủ hộ kinh doanh", "Owners of small businesses"),
    ("phu-huynh", "Phụ huynh", "Parents"),
    ("nguoi-dan-vung-cao", "Người dân vùng cao", "People in the highlands"),
)
