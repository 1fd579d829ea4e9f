"""A new colleague sets up an app by its QR code and a passkey, with the keyboard and on a small screen, and comes in with each.

The app is one of its own: it reads the picture and computes codes with a library that the site does not use for that. The
passkey is Chromium's virtual one.
"""

from __future__ import annotations

import base64
import io
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from PIL import Image
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.django_db]
NEW = "mot-mat-khau-hoan-toan-moi"
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class App:
    """What the telephone does: reads a picture, and shows six digits for each half minute."""

    def __init__(self, picture: bytes) -> None:
        (found,) = zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)))
        self.address = urlsplit(found.text)
        secret = parse_qs(self.address.query)["secret"][0]
        self.totp = TOTP(base64.b32decode(secret), 6, SHA1(), 30)  # noqa: S303 - what every such app computes with
        self.at = 0

    def code(self) -> str:
        """The next one that was not shown yet; half a minute ahead at most, which the site allows."""
        self.at = max(int(time.time()), self.at + 30)
        return self.totp.generate(self.at).decode()


def fits(page: Page) -> None:
    page.wait_for_load_state()  # a click returns when the next page has begun to come
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url
    faults = Axe().run(page).response["violations"]
    assert not [(fault["id"], [node["target"] for node in fault["nodes"]]) for fault in faults], page.url


def log_in(page: Page, site: str) -> None:
    page.goto(f"{site}/admin/login/")
    page.fill("input[name=username]", "mai.tran")
    page.fill("input[name=password]", NEW)
    page.keyboard.press("Enter")


def log_out(page: Page) -> None:
    page.context.clear_cookies()


@pytest.fixture
def newcomer(people, demo, browser):
    """Somebody whom the administrator has just invited, at a small screen."""
    desk = people.screen("quantri")
    desk.goto(f"{demo.url}/admin/set-up/people/")
    for name, value in {"last_name": "Trần", "first_name": "Mai", "username": "mai.tran"}.items():
        desk.fill(f"main input[name={name}]", value)
    desk.check("main input[name=groups] >> nth=0")
    desk.uncheck("main input[name=by_mail]")
    desk.click("main form button.button >> nth=0")
    link = desk.input_value("#link")
    # A passkey belongs to a host name; browsers take none for a bare address.
    site = demo.url.replace("127.0.0.1", "localhost")
    context = browser.new_context(viewport={"width": 360, "height": 800}, locale="vi-VN")
    context.set_default_timeout(15_000)
    page = context.new_page()
    page.goto(site + urlsplit(link).path)
    page.fill("input[name=new_password1]", NEW)
    page.fill("input[name=new_password2]", NEW)
    page.keyboard.press("Enter")
    page.wait_for_url("**/complete/")
    yield page, site
    context.close()


def test_an_app_and_a_passkey_are_set_up_and_each_opens_the_admin(newcomer):
    page, site = newcomer
    log_in(page, site)
    page.wait_for_url("**/admin/")

    # The app, by the picture.
    page.goto(f"{site}/admin/second-factor/")
    fits(page)
    page.click("a[href$='/totp/activate/']")
    fits(page)
    app = App(page.locator(".accounts__qr").screenshot())
    assert "mai.tran" in app.address.path
    assert page.evaluate("document.activeElement.name") == "code", "one types at once"
    page.keyboard.type(app.code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/recovery-codes/")
    fits(page)
    codes = page.locator(".accounts__codes li").all_inner_texts()
    assert len(codes) == 10

    # The passkey, by the keyboard alone.
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    key = devices.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})["authenticatorId"]
    page.goto(f"{site}/admin/second-factor/webauthn/add/")
    fits(page)
    page.fill("input[name=name]", "Máy ở bàn làm việc")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "mfa_webauthn_add"
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/second-factor/")
    expect(page.locator("main")).to_contain_text("Máy ở bàn làm việc")
    assert len(devices.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]) == 1

    # In with the passkey.
    log_out(page)
    log_in(page, site)
    page.wait_for_url("**/second-factor/authenticate/")
    fits(page)
    page.locator("#mfa_webauthn_authenticate").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")

    # In with the app, and what happens when the key says no.
    log_out(page)
    log_in(page, site)
    page.wait_for_url("**/second-factor/authenticate/")
    devices.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
    devices.send("WebAuthn.removeCredential", {"authenticatorId": key, "credentialId": devices.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"][0]["credentialId"]})  # fmt: skip
    page.click("#mfa_webauthn_authenticate")
    expect(page.locator("#key-problem")).to_be_visible()
    page.fill("input[name=code]", app.code())
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")

    # In with what was printed.
    log_out(page)
    log_in(page, site)
    page.wait_for_url("**/second-factor/authenticate/")
    page.fill("input[name=code]", codes[3])
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    page.goto(f"{site}/admin/sessions/")
    expect(page.locator("main")).to_contain_text("Chrome")
