"""Invented claims by the hundred thousand, varied enough that few are alike: what the bench puts beside the real ones."""

from __future__ import annotations

import random
from collections.abc import Iterator

_PLACES = "Suối Mơ,Ba Khe,Bến Lúa,Đồng Sậy,Đồi Chè,Cát Trắng,Hoa Nắng,Nắng Mai,Bình Minh,Mây Bạc,Sông Ngân,Hồ Xanh,Gò Dừa,Rạch Tre,Phú Lâm,An Thạnh,Tân Hưng,Vĩnh Lộc,Hòa Bắc,Long Phước,Thạch Sơn,Kim Đài,Yên Thượng,Bản Nà,Pác Lũng,Lũng Vài,Mường Sen,Ea Trang,Đắk Rung,Cù Lao Sậy".split(",")  # fmt: skip
_KINDS = "xã,phường,thôn,huyện,chợ,trường,bản,khu phố,tổ dân phố,ấp,thị trấn,làng".split(",")
_WHO = "ủy ban,công an,trạm y tế,bệnh viện,ngân hàng,điện lực,nhà mạng,bưu điện,sở giáo dục,hội phụ nữ,cán bộ thuế,tổ dân phố,hợp tác xã,chủ đầu tư,nhà xe,kho bạc,thanh tra,kiểm lâm,quản lý chợ,ban giám hiệu,phòng khám tư,đội thu gom,trung tâm đăng kiểm,nhà máy nước,cửa hàng xăng,hội khuyến học,ban quản lý rừng,trạm thú y,đội trật tự,văn phòng đất đai".split(",")  # fmt: skip
_DOES = "thu thêm,cắt,bỏ,đổi,bắt nộp,phạt,giấu,bán,làm mất,phát nhầm,tăng giá,chặn,khóa,hủy,ép mua,giữ lại,xả,chôn,đốt,cho thuê trái phép,làm giả,đánh tráo,thu hồi,cấm dùng,trộn lẫn,tiêu hủy,đòi lại,kiểm kê,niêm phong,đấu giá".split(",")  # fmt: skip
_WHAT = "tiền trợ cấp,sổ đỏ,thẻ bảo hiểm,giống lúa,nước sạch,tiền điện,vé xe,sách giáo khoa,vắc xin,thuốc trừ sâu,đất công,rác thải y tế,hồ sơ tuyển sinh,máy tính bảng,đàn bò,phân bón,tiền đặt cọc,biển số xe,căn cước,giấy khai sinh,gạo cứu trợ,sữa học đường,bình gas,khẩu trang,cây giống,tôm giống,xi măng,nhà tình nghĩa,bằng tốt nghiệp,tiền thưởng tết,hàng cứu hộ,quỹ lớp,máy bơm,cá giống,xe đưa đón,học bổng,tiền đền bù,đường dây điện,mật ong,thịt đông lạnh".split(",")  # fmt: skip
_OF = "người nghèo,học sinh lớp một,hộ kinh doanh,người già trên 80 tuổi,công nhân,ngư dân,tiểu thương,sinh viên,hộ chăn nuôi,phụ nữ mang thai,cựu chiến binh,tài xế,người khuyết tật,giáo viên,hộ cận nghèo,người đi làm xa,chủ nhà trọ,trẻ mẫu giáo,thợ xây,người trồng chè".split(",")  # fmt: skip
_WHEN = "từ đầu tháng,trong đêm nay,từ thứ hai tới,suốt mùa mưa,trước tết,sau lễ,từ ngày mai,vào cuối tuần,trong ba ngày,từ quý sau,ngay chiều nay,từ rằm,đến hết năm,lúc nửa đêm,trong vòng 24 giờ".split(",")  # fmt: skip
_SO = "ai không nghe sẽ bị phạt,nhiều người đã phải đi viện,dân kéo đến phản đối,cả trăm hộ mất trắng,không ai được báo trước,báo chí chưa dám đưa,ai cũng phải ký giấy,có người quay được hình,hai người đã bị bắt,phải nộp gấp qua mạng,nước chuyển màu đen,trẻ con bị nổi mẩn,giá đã tăng gấp ba,tiền vào túi cán bộ,đường bị rào kín,gia súc chết hàng loạt,chỉ người quen mới được,hạn chót là chủ nhật,máy móc nằm đắp chiếu,nhà nào cũng lo lắng".split(",")  # fmt: skip
_HARM = "gây ung thư,làm liệt chân,chữa khỏi tiểu đường,làm rụng tóc,gây vô sinh,làm mù mắt,giúp sống lâu,gây ngừng tim,chữa khỏi gút,làm bỏng da,gây đột tử,sạch phổi,tan sỏi thận,làm chậm nói,hạ huyết áp".split(",")  # fmt: skip
_EAT = "nước lá ổi,rượu gừng,trà hoa cúc,bột sắn,canh cua,măng khô,cá khô,bánh tráng,nước mía,lá vối,củ nén,dầu dừa,mắm tôm,hạt é,nấm mối,rau dền,bưởi non,trứng gà so,sữa đậu,nước dừa,kẹo lạc,mì gói,xúc xích,cà muối,tỏi đen,gấc chín,chuối xanh,lá lốt,khoai mì,đu đủ ương".split(",")  # fmt: skip
_FALL = "cầu,đập,bờ kè,cột điện,mái trường,tường rào,nhà văn hóa,bể chứa,trạm bơm,đường hầm,cổng chào,giàn giáo,đê,kho lúa,bến đò".split(",")  # fmt: skip
_BREAK = "sập,nứt toác,bốc cháy,bị cuốn trôi,sụt xuống sông,nổ tung,nghiêng hẳn,bị rào lại,rò rỉ hóa chất,bị trộm tháo".split(",")  # fmt: skip


def claims(number: int, seed: int = 1) -> Iterator[str]:
    """``number`` different claims, always the same ones for a seed."""
    dice = random.Random(seed)
    seen: set[str] = set()
    while len(seen) < number:
        place = f"{dice.choice(_KINDS)} {dice.choice(_PLACES)}"
        shape = dice.randrange(5)
        if shape == 0:
            said = f"{dice.choice(_WHO)} {place} {dice.choice(_DOES)} {dice.choice(_WHAT)} của {dice.choice(_OF)} {dice.choice(_WHEN)}, {dice.choice(_SO)}"
        elif shape == 1:
            said = f"{dice.choice(_WHEN)} {dice.choice(_OF)} ở {place} bị {dice.choice(_WHO)} {dice.choice(_DOES)} {dice.choice(_WHAT)} giá {dice.randint(2, 900)} nghìn đồng"
        elif shape == 2:
            said = f"{dice.choice(_EAT)} trộn với {dice.choice(_EAT)} {dice.choice(_HARM)}, {dice.randint(2, 60)} người ở {place} đã thử {dice.choice(_WHEN)}"
        elif shape == 3:
            said = f"{dice.choice(_FALL)} {place} {dice.choice(_BREAK)} {dice.choice(_WHEN)}, {dice.randint(2, 70)} người bị thương, {dice.choice(_SO)}"
        else:
            said = f"{dice.choice(_OF)} ở {place} muốn nhận {dice.choice(_WHAT)} phải nộp {dice.randint(2, 40)} triệu cho {dice.choice(_WHO)}, {dice.choice(_SO)}"
        if said not in seen:
            seen.add(said)
            yield said[0].upper() + said[1:]
