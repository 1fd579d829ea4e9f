"""An administrator connects a Facebook Page in the browser: no token is seen, copied or typed."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from publishing.sandbox import facebook, facebook_oauth

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]


def test_a_page_is_connected_at_facebook_and_chosen_by_its_name(people, demo):
    page = people.screen("quantri")
    page.goto(f"{demo.url}/admin/publishing/channels/new/facebook/")
    expect(page.locator(".desk-consent code")).to_have_text(f"{demo.url}/admin/publishing/channels/oauth/")
    page.select_option("#id_organisation", index=1)
    page.fill("#id_name", "Trang mới kết nối")
    page.check("#id_is_sandbox")
    page.fill("#id_own-app_id", facebook_oauth.APP_ID)
    page.fill("#id_own-app_secret", facebook.APP_SECRET)
    page.fill("#id_own-api_base", demo.stand_in(1))
    page.locator("form[action$='/new/facebook/'] button[type=submit]").last.click()
    page.wait_for_url(lambda url: url.rstrip("/").rpartition("/")[2].isdecimal())
    channel = page.url

    page.locator("form[action$='/connect/'] button").click()
    expect(page.get_by_role("note")).to_contain_text("không phải Facebook thật")
    assert page.url.startswith(demo.stand_in(1))
    page.get_by_role("button", name="Từ chối").click()
    page.wait_for_url(channel)
    expect(page.locator("form[action$='/connect/'] button")).to_be_visible()

    page.locator("form[action$='/connect/'] button").click()
    page.get_by_role("button", name="Cho phép").click()
    page.wait_for_url("**/choose/")
    assert facebook.OTHER_PAGE_TOKEN not in page.content()
    page.get_by_label(facebook.OTHER_PAGE_NAME).check()
    page.locator("form.desk-panel button[type=submit]").click()
    page.wait_for_url(channel)
    expect(page.locator(".messages")).to_contain_text(facebook.OTHER_PAGE_NAME)
    expect(page.locator("#id_own-page_id")).to_have_value(facebook.OTHER_PAGE_ID)
    expect(page.locator("form[action$='/resume/']")).to_have_count(0)
    assert facebook.OTHER_PAGE_TOKEN not in page.content()
