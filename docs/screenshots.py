"""``make screenshots``: draws the README's pictures from a fresh demo with Debian's Chromium."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
IMAGES = ROOT / "docs" / "images"
PORT = 18_700
URL = f"http://127.0.0.1:{PORT}"


def log_in(page: Page, username: str) -> None:
    from cms.demo.demo_content import PASSWORD

    page.goto(f"{URL}/admin/login/")
    page.fill("input[name=username]", username)
    page.fill("input[name=password]", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url("**/admin/")


def draw() -> None:
    """Public page, editor, delivery board."""
    IMAGES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox", "--disable-gpu"]
        )
        size = {"width": 1280, "height": 900}
        page = browser.new_page(viewport=size, locale="vi-VN")
        page.goto(f"{URL}/kiem-chung/nuoc-may-an-toan-khong-co-lenh-ngung-dung/")
        page.screenshot(path=IMAGES / "public-page.png")
        page = browser.new_page(viewport=size, locale="vi-VN")
        log_in(page, "bientap")
        page.get_by_role("link", name="Nước máy trong tỉnh an toàn").first.click()
        page.wait_for_url("**/edit/")
        page.wait_for_timeout(1500)
        page.screenshot(path=IMAGES / "editor.png")
        page = browser.new_page(viewport=size, locale="vi-VN")
        log_in(page, "phathanh")
        page.goto(f"{URL}/admin/publishing/deliveries/")
        page.wait_for_timeout(1000)
        page.screenshot(path=IMAGES / "delivery-board.png")
        browser.close()


def main() -> None:
    """Starts a demo in a folder of its own, draws, stops it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(DATA_DIR=folder, PORT=str(PORT), DEMO="1", BASE_URL=URL)
        demo = subprocess.Popen([sys.executable, str(ROOT / "manage.py"), "demo"])
        try:
            for _turn in range(120):
                try:
                    urllib.request.urlopen(URL, timeout=2).close()
                    break
                except OSError:
                    time.sleep(0.5)
            import django

            django.setup()
            time.sleep(4)  # the worker sends the seeded deliveries
            draw()
        finally:
            demo.send_signal(signal.SIGTERM)
            demo.wait(30)


if __name__ == "__main__":
    main()
