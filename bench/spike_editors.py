"""Editors at work over HTTP: ``python bench/spike_editors.py`` with a line of JSON on its standard input.

    {"port", "editors": [{"name", "answer", "edit", "fixed", "views"}], "pause" (seconds between two clicks), "until"}

Each logs in, then opens the first page, the list of answers, the form of an answer of their own, saves it as a draft, and
opens the board of deliveries, again and again until it is time, once at least. Prints one line of JSON: each click as
[view, time of day, seconds, status or what went wrong, whether that was the right answer].
"""

from __future__ import annotations

import json
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any

import requests
from bs4 import BeautifulSoup
from requests.adapters import HTTPAdapter

PASSWORD = "mat-khau-thu-nghiem"  # noqa: S105 - what tests.make gives everybody
GIVES_UP = 30.0  # seconds


class _From(HTTPAdapter):
    """Connections that come from one address of the loopback."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__()

    def init_poolmanager(self, *given: Any, **more: Any) -> None:
        super().init_poolmanager(*given, **more, source_address=(self.address, 0))


@dataclass
class Click:
    """One, and how it was answered. ``at``: when it was made; ``said``: the status, or the name of the error."""

    view: str
    at: float
    seconds: float
    said: str
    is_right: bool


class Person:
    """Somebody of the office, at a desk with an address of its own. ValueError if the log-in fails."""

    def __init__(self, port: int, name: str, address: str) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.clicks: list[Click] = []
        self.session = requests.Session()
        self.session.trust_env = False
        self.session.mount("http://", _From(address))
        self.click("log-in page", "/admin/login/")
        self.click("log in", "/admin/login/", {"username": name, "password": PASSWORD, "next": "/admin/"})
        if not all(click.is_right for click in self.clicks):
            raise ValueError(f"{name} cannot log in: {self.clicks}")

    def click(
        self, view: str, path: str, sent: dict[str, Any] | None = None, right: frozenset[int] = frozenset()
    ) -> str:
        """Opens a page, or sends a form; the page's text. ``right``: the statuses that are a right answer, 200 to whoever
        opens and 302 to whoever sends unless said."""
        at, began, text = time.time(), time.monotonic(), ""
        try:
            if sent is None:
                answer = self.session.get(self.base + path, timeout=GIVES_UP, allow_redirects=False)
            else:
                token = self.session.cookies.get("csrftoken", "")
                form = {**sent, "csrfmiddlewaretoken": token}
                answer = self.session.post(self.base + path, form, timeout=GIVES_UP, allow_redirects=False)
            said, text = str(answer.status_code), answer.text
            is_right = answer.status_code in (right or {200 if sent is None else 302})
        except requests.RequestException as error:
            said, is_right = type(error).__name__, False
        self.clicks.append(Click(view, at, time.monotonic() - began, said, is_right))
        return text


class Editor(threading.Thread):
    """One at work."""

    def __init__(self, wanted: dict[str, Any], number: int) -> None:
        super().__init__()
        self.wanted, self.own = wanted, wanted["editors"][number]
        self.person = Person(wanted["port"], self.own["name"], f"127.0.2.{1 + number}")
        self.form: dict[str, Any] = {}

    def run(self) -> None:
        views, edit = self.own["views"], self.own["edit"]
        deeds = [
            lambda: self.person.click("today", views["today"]),
            lambda: self.person.click("explorer", views["explorer"]),
            lambda: self._open(edit),
            lambda: self._save(edit),
            lambda: self.person.click("deliveries", views["deliveries"]),
        ]
        turn = 0
        while time.time() < self.wanted["until"] or turn < len(deeds):  # each at least once, on a busy machine too
            deeds[turn % len(deeds)]()
            turn += 1
            time.sleep(self.wanted["pause"])

    def _open(self, edit: str) -> None:
        text = self.person.click("edit form", edit)
        if text and not self.form:  # what a browser does in no time takes this program long: once is enough
            self.form = form_of(text) | self.own["fixed"]

    def _save(self, edit: str) -> None:
        if self.form:
            words = f"Nhiều người hỏi, lúc {time.time():.3f}."
            self.person.click("save draft", edit, self.form | {"why_checked": words})


def form_of(page: str) -> dict[str, Any]:
    """What a browser would send of the form of an answer as it was served."""
    form = BeautifulSoup(page, "html.parser").find("form", id="page-edit-form")
    assert form is not None, "no form of an answer"
    found: dict[str, Any] = {}
    for one in form.find_all(["input", "textarea", "select"]):
        name = one.get("name")
        if not name or one.has_attr("disabled"):
            continue
        if one.name == "textarea":
            found[name] = one.text.removeprefix("\n")
        elif one.name == "select":
            found[name] = [option["value"] for option in one.find_all("option") if option.has_attr("selected")]
        elif one.get("type") in {"checkbox", "radio"}:
            if one.has_attr("checked"):
                found[name] = one.get("value", "on")
        elif one.get("type") not in {"submit", "button", "file"}:
            found[name] = one.get("value", "")
    return found


def main() -> None:
    """All of them, until it is time."""
    wanted = json.loads(sys.stdin.readline())
    people = [Editor(wanted, number) for number in range(len(wanted["editors"]))]
    print("logged in", flush=True)
    for one in people:
        one.start()
    for one in people:
        one.join()
    print(json.dumps([list(vars(click).values()) for one in people for click in one.person.clicks]))


if __name__ == "__main__":
    main()
