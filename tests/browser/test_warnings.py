"""A warning as a reader meets it: above everything, without a script, and readable in a mail program's one click."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_banner_leads_to_what_to_do_and_is_no_fault_of_accessibility(people, demo, width, scheme):
    page = people.screen()
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(demo.url + "/chu-de/")
    banner = page.get_by_role("region", name="Cảnh báo khẩn")
    assert banner.bounding_box()["y"] < 5
    banner.get_by_role("link").first.click()
    page.wait_for_url("**/canh-bao/*/")
    assert page.get_by_role("heading", name="Việc cần làm").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_whoever_is_listed_wrongly_can_say_so_on_a_phone(people, demo, scheme):
    page = people.screen()
    page.set_viewport_size({"width": 360, "height": 800})
    page.emulate_media(color_scheme=scheme)
    page.goto(demo.url + "/canh-bao-lua-dao/dau-hieu-nhan-dien/")
    page.get_by_role("link", name="Phản ánh nếu không đúng").first.click()
    page.get_by_label("Vì sao không đúng?").fill("Trang này nay là của cửa hàng tôi.")
    page.wait_for_timeout(3200)  # the form takes nothing that is sent faster than anybody reads
    page.get_by_role("button", name="Gửi tin").click()
    page.wait_for_url("**/phan-anh/**")
    assert page.get_by_text("Chưa giải quyết.").is_visible()
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()
