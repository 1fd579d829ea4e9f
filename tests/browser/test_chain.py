"""The main job, clicked through by different people in a real browser: from a claim to its correction on every channel."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.servers.local import wait_until

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]

CLAIM = "Trường học toàn tỉnh nghỉ một tuần vì dịch, phụ huynh đón con ngay"
TITLE = "Học sinh trong tỉnh vẫn đi học bình thường"
SHORT = "Không có lệnh nghỉ học nào. Các trường dạy bình thường theo thông báo của Sở Giáo dục."
NOTE = "Bản đầu ghi thông báo số 40; đúng là thông báo số 41. Kết luận không đổi."
REASON = "Thông báo được dẫn đã bị thay thế, bài không còn đứng vững."


def chosen(page: Page, opener: str, text: str) -> None:
    """Opens a chooser and takes the entry with this text."""
    page.click(opener)
    modal = page.locator(".modal-dialog")
    modal.get_by_role("link", name=re.compile(re.escape(text[:40]))).first.click()
    expect(modal).to_have_count(0)


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def act(page: Page, name: str) -> None:
    """Clicks an action of the footer menu, opening it where it is not the first."""
    button = page.locator("footer button", has_text=name).first
    if not button.is_visible():
        page.locator("footer [data-controller~=w-dropdown] > button, footer .w-dropdown__toggle").first.click()
    button.click()


def test_1_an_editor_registers_an_incident(people, demo, tmp_path):
    page = people.screen("bientap")
    page.goto(f"{demo.url}/admin/snippets/cms/incident/add/")
    page.fill("#id_claim", f"{CLAIM}. Gọi 0912345678")
    page.select_option("#id_topic", label="Y tế")
    page.select_option("#id_place", label="Xã Suối Mơ")
    page.select_option("#id_urgency", "2")
    page.click("#id_appearances-ADD")
    page.select_option("#id_appearances-0-platform", "facebook")
    page.fill("#id_appearances-0-url", "https://www.facebook.com/ten.rieng")
    page.fill("#id_appearances-0-reach", "1200")
    page.locator("#id_appearances-0-kept_copy-chooser button", has_text="Chọn bản lưu").click()
    page.get_by_role("tab", name="Lưu bản mới").click()
    shot = tmp_path / "chup-man-hinh.png"
    page.screenshot(path=shot)
    modal = page.locator(".modal-dialog")
    modal.locator("[name=kept-copy-chooser-form-title], [name$=title]").first.fill("Ảnh chụp bài đăng")
    modal.locator("input[type=file]").set_input_files(shot)
    modal.get_by_role("button", name="Lưu lại").click()
    expect(page.locator("#id_appearances-0-kept_copy-title")).to_contain_text("Ảnh chụp bài đăng")
    page.get_by_role("button", name="Lưu", exact=True).click()

    # Refused with the reason at its place, and everything typed is still there.
    expect(page.locator("body")).to_contain_text("Ở đây không lưu dữ liệu cá nhân")
    expect(page.locator("body")).to_contain_text("Đây là địa chỉ của một tài khoản")
    page.fill("#id_claim", CLAIM)
    page.fill("#id_appearances-0-url", "https://www.facebook.com/groups/1/posts/2")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.locator("body")).to_contain_text(CLAIM[:60])


def test_2_the_editor_writes_a_rebuttal_and_is_told_what_is_missing(people, demo):
    page = people.screen("bientap")
    page.goto(f"{demo.url}/admin/pages/add/cms/rebuttal/4/")
    page.click("#id_title")
    page.keyboard.type(TITLE)
    expect(page.locator("#id_slug")).to_have_value("hoc-sinh-trong-tinh-van-di-hoc-binh-thuong")
    page.click("#id_answered-ADD")
    chosen(page, "#id_answered-0-incident-chooser .unchosen button", CLAIM)
    page.fill("#id_claim", "Trường học toàn tỉnh nghỉ một tuần vì dịch")
    page.fill("#id_short_answer", SHORT)
    page.select_option("#id_topic", label="Y tế")
    page.get_by_title("Chèn khối").first.click()
    page.get_by_role("option", name="Đoạn văn").click()
    page.locator(".public-DraftEditor-content").first.click()
    page.keyboard.type("Sở Giáo dục khẳng định các trường dạy bình thường.")
    expect(page.locator("[name=body-0-value]")).to_have_value(re.compile("bình thường"))
    act(page, "Gửi duyệt")
    # Submitted without verdict and evidence: saved, not passed on, with the reasons.
    expect(page.locator(".messages")).to_contain_text("Chưa có kết luận")
    expect(page.locator(".messages")).to_contain_text("Chưa có chứng cứ trực tiếp")
    expect(page.locator("#id_title")).to_have_value(TITLE)

    page.select_option("#id_verdict", "fake")
    page.fill("#id_reach_attempt", "Đã nhắn tin cho nhóm đăng đầu tiên, chưa có trả lời.")
    tab(page, "Chứng cứ")
    page.click("#id_evidence-ADD")
    page.fill("#id_evidence-0-title", "Sở Giáo dục và Đào tạo (hư cấu): thông báo số 40")
    page.fill("#id_evidence-0-url", "https://sogd.example.vn/thong-bao-40")
    page.fill("#id_why_checked", "Phụ huynh gọi hỏi liên tục.")
    act(page, "Gửi duyệt")
    expect(page.locator(".messages")).to_contain_text("gửi duyệt")


def edit_url(page: Page, demo) -> str:
    """The answer's edit view, found as a person finds it."""
    page.goto(f"{demo.url}/admin/pages/4/")
    page.get_by_role("link", name=TITLE).first.click()
    page.wait_for_url("**/edit/")
    return page.url


def approve(people, demo, username: str) -> None:
    page = people.screen(username)
    page.goto(f"{demo.url}/admin/")
    page.get_by_role("link", name=TITLE).first.click()
    page.wait_for_load_state()
    page.locator("[data-workflow-action-name=approve]").first.wait_for(state="attached")
    button = page.locator("footer [data-workflow-action-name=approve]").first
    if not button.is_visible():
        page.locator("footer .w-dropdown__toggle, footer [data-w-dropdown-target=toggle]").first.click()
    with page.expect_navigation():
        button.click()
    expect(page.locator(".messages .success")).to_have_count(1)
    page.close()


def test_3_the_author_cannot_approve_and_two_others_do(people, demo):
    author = people.screen("bientap")
    edit_url(author, demo)
    expect(author.locator("[data-workflow-action-name=approve]")).to_have_count(0)
    approve(people, demo, "kiemtra")
    public = people.screen()
    assert public.goto(f"{demo.url}/kiem-chung/").ok
    expect(public.locator("body")).not_to_contain_text(TITLE)
    approve(people, demo, "duyet")


def test_4_the_public_reads_the_answer(people, demo):
    page = people.screen()
    page.goto(f"{demo.url}/kiem-chung/")
    page.get_by_role("link", name=TITLE).first.click()
    main = page.locator("main")
    for text in (TITLE, SHORT, "Tin giả", "thông báo số 40", "Trung tâm Thông tin và Kiểm chứng tỉnh Ánh Dương", "Facebook"):
        expect(main).to_contain_text(text)
    expect(main).not_to_contain_text("facebook.com/groups")
