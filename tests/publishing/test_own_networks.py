"""Whatever address somebody sets for a channel: nothing in a private network is reached that the installation does not name."""

from __future__ import annotations

import ast
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from publishing.channels import addresses
from publishing.channels.http import Http, NotPublic

ROOT = Path(__file__).resolve().parent.parent.parent
INSIDE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "169.254.169.254",
    "100.64.0.1",
    "::1",
    "fd00::1",
]


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every address that is connected to; the names lead where they say: to-10-1-2-3.example."""
    found: list[str] = []

    def name_server(host: str, port: int, *args: object, **options: object) -> list[tuple[object, ...]]:
        return [(2, 1, 6, "", (host.removeprefix("to-"), port))]

    def connect(address: tuple[str, int], *args: object, **options: object) -> None:
        found.append(address[0])
        raise OSError("nobody is there")

    monkeypatch.setattr(addresses.socket, "getaddrinfo", name_server)
    monkeypatch.setattr(addresses.socket, "create_connection", connect)
    monkeypatch.setattr("urllib3.util.connection.create_connection", connect)
    return found


@pytest.mark.parametrize("inside", INSIDE)
def test_no_call_no_folder_and_no_mail_server_inside_is_reached(settings, reached: list[str], inside: str) -> None:
    settings.PRIVATE_NETWORKS = []
    host = f"[to-{inside}]" if ":" in inside else f"to-{inside}"
    if ":" not in inside:
        with pytest.raises(NotPublic):
            Http(connect=1, read=1).call("GET", f"http://{host}/")
        with pytest.raises(NotPublic), Http(connect=1, read=1).download(f"http://{host}/"):
            pass
    with pytest.raises(addresses.NotOpen):
        addresses.connected(f"to-{inside}", 22, 1)
    assert reached == []


def test_a_network_that_is_named_is_reached_and_its_neighbour_is_not(settings, reached: list[str]) -> None:
    settings.PRIVATE_NETWORKS = ["10.1.0.0/16", "fd00:1::/32"]
    for inside in ("10.1.2.3", "fd00:1::7", "8.8.8.8"):
        with pytest.raises(OSError, match="nobody is there"):
            addresses.connected(f"to-{inside}", 22, 1)
    for inside in ("10.2.2.3", "fd00:2::7"):
        with pytest.raises(addresses.NotOpen):
            addresses.connected(f"to-{inside}", 22, 1)
    assert reached == ["10.1.2.3", "fd00:1::7", "8.8.8.8"]


def test_the_site_itself_is_reached_wherever_it_stands_but_no_other_port_of_it(settings, reached: list[str]) -> None:
    settings.PRIVATE_NETWORKS, settings.BASE_URL = [], "http://to-10.9.9.9:8000"
    with pytest.raises(OSError, match="nobody is there"):
        addresses.connected("to-10.9.9.9", 8000, 1)
    with pytest.raises(addresses.NotOpen):
        addresses.connected("to-10.9.9.9", 5432, 1)
    assert reached == ["10.9.9.9"]


def test_a_redirect_leads_nowhere() -> None:
    asked = []

    class Redirecting(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(302)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_said: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Redirecting) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert Http(connect=1, read=5).call("GET", f"http://127.0.0.1:{server.server_port}/").status == 302
        server.shutdown()
    assert asked == ["/"]


def test_nothing_of_the_project_connects_by_another_way() -> None:
    """A new way out has to be thought of: these are the modules that may open connections to hosts that people set."""
    doors = {"publishing/channels/http.py", "publishing/channels/only_public.py", "publishing/channels/addresses.py",
             "cms/keeping/fetching.py", "publishing/channels/smtp.py",
             "cms/accounts/single_sign_on.py"}  # the last: a server that only the environment names  # fmt: skip
    calls = {
        "create_connection",
        "urlopen",
        "HTTPConnection",
        "HTTPSConnection",
        "SMTP",
        "SMTP_SSL",
        "HTTPAdapter",
        "Session",
    }
    found = set()
    for package in ("cms", "campaigns", "publishing"):
        for path in (ROOT / package).rglob("*.py"):
            name = str(path.relative_to(ROOT))
            if "sandbox" in name or "migrations" in name or "/demo" in name:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                is_of_policy = isinstance(node, ast.Attribute) and ast.unparse(node.value) == "policy"
                if isinstance(node, ast.Attribute) and node.attr in calls and not is_of_policy:
                    found.add(name)
                asks = {f"requests.{verb}" for verb in ("get", "post", "put", "delete", "head", "patch", "request")}
                if isinstance(node, ast.Attribute) and ast.unparse(node) in asks:
                    found.add(name)
    assert found <= doors, found - doors
