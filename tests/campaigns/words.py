"""Campaigns as materials get them: an ordinary one, the shortest and the longest that the editor accepts, and odd letters."""

from __future__ import annotations

import unicodedata

from campaigns.words import CampaignWords, Question, ReportTo

ORDINARY = CampaignWords(
    language="vi",
    title="Cảnh giác cuộc gọi giả danh công an",
    short_answer="Công an không làm việc qua điện thoại và không bao giờ yêu cầu người dân chuyển tiền để “kiểm tra”.",
    how_it_works=(
        "Kẻ gian gọi điện, tự xưng là công an, viện kiểm sát hoặc tòa án.",
        "Chúng nói bạn liên quan đến một vụ án rửa tiền.",
        "Chúng yêu cầu chuyển tiền vào “tài khoản an toàn” hoặc cài một ứng dụng lạ.",
    ),
    signs=(
        "Gọi điện hoặc gọi video, mặc sắc phục, đọc đúng họ tên của bạn.",
        "Bắt bạn giữ bí mật, không được nói với ai, kể cả người thân.",
        "Yêu cầu chuyển tiền để “kiểm tra”, hoặc đọc mã OTP.",
        "Gửi đường dẫn để cài ứng dụng “VNeID mới”.",
    ),
    do_now=(
        "Cúp máy ngay. Không chuyển tiền, không đọc mã OTP.",
        "Nói ngay với người thân hoặc trưởng thôn.",
        "Gọi lại cơ quan công an theo số đã công bố.",
    ),
    if_paid=(
        "Gọi ngay ngân hàng để đề nghị tạm khóa giao dịch.",
        "Trình báo công an nơi gần nhất, mang theo tin nhắn và biên lai.",
    ),
    report_to=(
        ReportTo("Công an tỉnh Ánh Dương (hư cấu)", "0259 399 9999", "", "24/7"),
        ReportTo("Cổng tiếp nhận phản ánh (hư cấu)", "", "https://phananh.anhduong.example/", ""),
    ),
    questions=(
        Question("Tôi là công an, chuyển tiền ngay vào tài khoản tạm giữ.", True, "Công an không đòi tiền."),
        Question("Mời ông/bà đến trụ sở lúc 8 giờ để làm căn cước.", False, "Mời đến trụ sở, không đòi tiền."),
    ),
    office="Sở Thông tin tỉnh Ánh Dương (hư cấu)",
    url="https://kiemchung.anhduong.example/kiem-chung/canh-giac-cuoc-goi-gia-danh-cong-an/",
    scam_form="Giả danh công an",
    target_groups=("Người cao tuổi",),
)
TINY = CampaignWords(language="vi", title="Cảnh giác", short_answer="Đừng chuyển tiền.")


def _full(number: int, letters: int) -> str:
    """Exactly so many letters of plain sentences."""
    said = f"Điểm {number}: người tự xưng nhân viên nghiệp vụ yêu cầu giữ bí mật rồi chuyển toàn bộ tiền tiết kiệm. "
    return (said * (letters // len(said) + 1))[: letters - 1].rstrip().ljust(letters - 1, "a") + "."


_POINTS = tuple(_full(number, 160) for number in range(1, 9))
# The limits of the fields of campaigns.campaign and of an organisation's name.
HUGE = CampaignWords(
    language="vi",
    title=("Cảnh giác cuộc gọi tự xưng điện lực, ngân hàng và công an yêu cầu chuyển khoản gấp " * 4)[:254] + "a",
    short_answer=_full(0, 400),
    how_it_works=_POINTS,
    signs=_POINTS,
    do_now=_POINTS,
    if_paid=_POINTS,
    report_to=tuple(
        ReportTo(_full(number, 120), f"0259 399 999 {number} (bấm phím 1, rồi phím 2)", "", _full(number, 80))
        for number in range(8)
    ),
    questions=tuple(Question(_full(number, 400), number % 2 == 0, _full(number, 300)) for number in range(12)),
    office=_full(1, 200),
    url="https://kiemchung.anhduong.example/kiem-chung/" + "canh-giac-cuoc-goi-" * 13,
    scam_form=_full(1, 100),
    target_groups=tuple(_full(number, 60) for number in range(6)),
    places=tuple(f"Xã hư cấu {number}" for number in range(60)),
)
# As typed on some phones and pasted from some PDFs: letters and marks apart, and signs that no font has for printing.
APART = CampaignWords(
    language="vi",
    title=unicodedata.normalize("NFD", "Cảnh giác “việc nhẹ lương cao” 🚨"),
    short_answer=unicodedata.normalize("NFD", "Không ai trả tiền cho việc bấm “thích”.\u200b"),
    signs=(unicodedata.normalize("NFD", "Ứng tiền trước để “nâng cấp” ✅ tài khoản."),),
    do_now=(unicodedata.normalize("NFD", "Dừng lại, hỏi người thân."),),
    office=unicodedata.normalize("NFD", "Sở Thông tin tỉnh Ánh Dương (hư cấu)"),
    url="https://kiemchung.anhduong.example/kiem-chung/viec-nhe/",
)
# Words without a blank, as in addresses and in other languages.
UNBROKEN = CampaignWords(
    language="en",
    title="Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichenhersteller",
    short_answer="https://very-long-address.example/" + "x" * 300,
    how_it_works=("W" * 160,) * 8,
    signs=("Ộ" * 160,) * 8,
    do_now=("ễ" * 160,) * 8,
    if_paid=("a" * 160,) * 8,
    report_to=(ReportTo("B" * 120, "+84 259 399 999 999 999 999 999 999 999", "", "h" * 80),),
    questions=(Question("q" * 400, True, "w" * 300),),
    office="O" * 200,
    url="https://kiemchung.anhduong.example/" + "y" * 250,
)
ENGLISH = CampaignWords(
    language="en",
    title="Do not trust calls from a fake police officer",
    short_answer="The police never ask anybody to transfer money to prove innocence.",
    how_it_works=("Somebody calls and says that he is from the police.",),
    signs=("You must not tell anybody.", "Money has to be moved for an “inspection”."),
    do_now=("Hang up.", "Tell somebody you trust."),
    if_paid=("Call your bank at once.",),
    report_to=(ReportTo("Police of Ánh Dương province (invented)", "0259 399 9999", "", "24 hours a day"),),
    questions=(Question("This is the police. Transfer 50 million now.", True, "The police never ask for money."),),
    office="Information office of Ánh Dương province (invented)",
    url="https://kiemchung.anhduong.example/en/checks/fake-police-calls/",
)
ALL = {
    "ordinary": ORDINARY,
    "tiny": TINY,
    "huge": HUGE,
    "letters apart": APART,
    "unbroken": UNBROKEN,
    "english": ENGLISH,
}
