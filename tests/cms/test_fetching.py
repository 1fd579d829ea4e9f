"""What a stranger's server may and may not make of being asked for a page."""

from __future__ import annotations

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator

import pytest

from cms.keeping import fetching
from cms.keeping.fetching import NotFetched, Problem, fetch
from cms.keeping.readable import decoded, readable
from publishing.sandbox.server import Reply, Request, Sandbox

HTML = "text/html; charset=utf-8"
PRIVATE = (
    "127.0.0.1 127.9.9.9 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 255.255.255.255 "
    "192.0.0.8 198.18.0.1 240.0.0.1 [::1] [::] [fe80::1] [fd00::1] [fec0::1] [ff02::1] [::ffff:10.0.0.1] [::7f00:1] "
    "[64:ff9b::a00:1] [64:ff9b:1::1] [2002:a00:1::] [2001:0:a00:1::] 2130706433 0x7f.1 0177.0.0.1 127.1 localhost"
).split()


@pytest.fixture
def local(settings) -> None:
    settings.FETCHES_FROM_LOOPBACK = True


@pytest.fixture
def site(local) -> Iterator[Sandbox]:
    made = Sandbox()
    made.start()
    yield made
    made.stop()


def problem_of(address: str, method: str = "GET") -> Problem:
    with pytest.raises(NotFetched) as caught:
        fetch(address, method)
    return caught.value.problem


def no_connection(*args: object, **options: object) -> None:
    raise AssertionError("nobody may be connected to")


# Where it goes --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", PRIVATE)
def test_a_private_network_is_not_even_knocked_at(host: str, monkeypatch) -> None:
    monkeypatch.setattr(fetching.socket, "create_connection", no_connection)
    assert problem_of(f"http://{host}/") in {Problem.PRIVATE, Problem.NO_NAME, Problem.ADDRESS}


@pytest.mark.parametrize(
    "address",
    "ftp://a.example/ file:///etc/passwd gopher://a.example/ javascript:alert(1) data:text/html,x http:// http:///x "
    "http://a.example:22/ https://a.example:80/ http://a.example:443/ http://a.example:99999/ http://[::1/ "
    "http://u:p@a.example/ http://u@a.example/ //a.example/".split(),
)
def test_only_plain_web_addresses_on_their_own_ports_are_asked(address: str, monkeypatch) -> None:
    monkeypatch.setattr(fetching.socket, "getaddrinfo", no_connection)
    assert problem_of(address) == Problem.ADDRESS


def named(monkeypatch, *answers: str) -> list[str]:
    """A name server that gives one answer after the other, the last one for ever. Returns the names it was asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def answer(host: str, port: int, *args: object, **options: object) -> object:
        if host[0].isdigit() or ":" in host:
            return real(host, port, *args, **options)  # type: ignore[arg-type]  # a number is no name
        asked.append(host)
        return [(2, 1, 6, "", (answers[min(len(asked), len(answers)) - 1], port))]

    monkeypatch.setattr("publishing.channels.addresses.socket.getaddrinfo", answer)
    return asked


def reached(monkeypatch) -> list[tuple[str, int]]:
    found: list[tuple[str, int]] = []

    def connect(address: tuple[str, int], **options: object) -> None:
        found.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(fetching.socket, "create_connection", connect)
    return found


def test_a_name_that_turns_to_a_private_address_is_never_followed_there(monkeypatch) -> None:
    asked, connected = named(monkeypatch, "8.8.8.8", "127.0.0.1"), reached(monkeypatch)
    assert problem_of("http://turns.example/") == Problem.NO_ANSWER
    assert (asked, connected) == (["turns.example"], [("8.8.8.8", 80)]), "asked once, and gone where was looked"
    assert problem_of("http://turns.example/") == Problem.PRIVATE
    assert len(connected) == 1


@pytest.mark.parametrize(
    "where", ["http://169.254.169.254/latest/", "http://10.0.0.1/", "//[::1]/", "http://inside.example/"]
)
def test_a_redirect_is_looked_at_like_the_first_address(site: Sandbox, monkeypatch, where: str) -> None:
    site.route("GET", "/", lambda request: Reply(302, "", {"Location": where}))
    named(monkeypatch, "10.1.2.3")
    assert problem_of(site.url + "/") == Problem.PRIVATE


@pytest.mark.parametrize("where", ["file:///etc/passwd", "ftp://a.example/", "http://u:p@a.example/", "http://[::1/"])
def test_a_redirect_to_what_is_no_web_page_ends_there(site: Sandbox, where: str) -> None:
    site.route("GET", "/", lambda request: Reply(302, "", {"Location": where}))
    assert problem_of(site.url + "/") == Problem.ADDRESS


def test_five_redirects_are_followed_and_six_are_not(site: Sandbox) -> None:
    site.route("GET", r"/(\d)", lambda request, left: Reply(302, "", {"Location": f"/{int(left) - 1}"}))
    site.route("GET", "/0", lambda request: Reply(200, "x", content_type=HTML))
    site.routes.reverse()
    assert fetch(f"{site.url}/5").address == f"{site.url}/0"
    assert problem_of(f"{site.url}/6") == Problem.REDIRECTS


def test_no_cookie_and_no_credential_goes_along(site: Sandbox, monkeypatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9/")
    seen: list[dict[str, str]] = []

    def first(request: Request) -> Reply:
        seen.append(dict(request.headers))
        return Reply(302, "", {"Location": "/two", "Set-Cookie": "a=b"})

    def second(request: Request) -> Reply:
        seen.append(dict(request.headers))
        return Reply(200, "x", content_type=HTML)

    site.route("GET", "/one", first)
    site.route("GET", "/two", second)
    fetch(site.url + "/one")
    names = {name.lower() for headers in seen for name in headers}
    assert names == {"host", "user-agent", "accept", "accept-encoding", "connection"}


# How long and how much ------------------------------------------------------------------------------------------


@pytest.fixture
def raw(local) -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
    """Starts a server that answers with bytes of the test's own; gives its address."""
    opened: list[socket.socket] = []

    def start(answer: Callable[[socket.socket], None]) -> str:
        listening = socket.create_server(("127.0.0.1", 0))
        opened.append(listening)

        def serve() -> None:
            try:
                connection, _where = listening.accept()
                with connection:
                    connection.recv(65536)
                    answer(connection)
            except OSError:
                return

        threading.Thread(target=serve, daemon=True).start()
        return f"http://127.0.0.1:{listening.getsockname()[1]}/"

    yield start
    for each in opened:
        each.close()


def trickle(head: bytes) -> Callable[[socket.socket], None]:
    def answer(connection: socket.socket) -> None:
        connection.sendall(head)
        for _piece in range(200):
            connection.sendall(b"x")
            time.sleep(0.02)

    return answer


@pytest.mark.parametrize("head", [b"", b"HTTP/1.1 200 OK\r\nX-", b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"])
def test_a_server_that_trickles_is_cut_off(raw, monkeypatch, head: bytes) -> None:
    monkeypatch.setattr(fetching, "SECONDS", 0.3)
    began = time.monotonic()
    assert problem_of(raw(trickle(head))) == Problem.SLOW
    assert time.monotonic() - began < 1.5


def test_a_huge_page_is_left_alone_whether_it_says_so_or_not(raw, monkeypatch) -> None:
    monkeypatch.setattr(fetching, "MOST_BYTES", 100_000)

    def told(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 999999999\r\n\r\n")

    def untold(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        for _piece in range(100):
            connection.sendall(b"x" * 10_000)

    assert problem_of(raw(told)) == Problem.LARGE
    assert problem_of(raw(untold)) == Problem.LARGE


def packed_answer(body: bytes) -> Callable[[socket.socket], None]:
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(body)}\r\n\r\n".encode()
    return lambda connection: connection.sendall(head + body)


def test_what_is_packed_is_unpacked_no_further_than_the_bound(raw, monkeypatch) -> None:
    assert fetch(raw(packed_answer(gzip.compress(b"in order")))).body == b"in order"
    most: list[int] = []
    real = zlib.decompressobj

    class Watched:
        def __init__(self, wbits: int) -> None:
            self.inner = real(wbits=wbits)

        def decompress(self, body: bytes, length: int) -> bytes:
            most.append(len(made := self.inner.decompress(body, length)))
            return made

    monkeypatch.setattr(fetching.zlib, "decompressobj", Watched)
    bomb = gzip.compress(b"\0" * (200 * 1024 * 1024), 1)
    assert len(bomb) < fetching.MOST_BYTES
    assert problem_of(raw(packed_answer(bomb))) == Problem.LARGE
    assert most == [fetching.MOST_BYTES + 1]


def test_a_page_that_breaks_off_is_not_taken_for_whole(raw) -> None:
    assert problem_of(raw(packed_answer(gzip.compress(b"whole" * 1000)[:-20]))) == Problem.NO_ANSWER

    def short(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf")

    assert problem_of(raw(short)) == Problem.NO_ANSWER


@pytest.mark.parametrize(
    "said", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 99999 x\r\n\r\n", b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 500]
)
def test_nonsense_in_the_place_of_an_answer_is_a_problem_and_no_error(raw, said: bytes) -> None:
    assert problem_of(raw(lambda connection: connection.sendall(said))) == Problem.NO_ANSWER


# What the answer means ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (401, Problem.REFUSED),
        (403, Problem.REFUSED),
        (404, Problem.GONE),
        (410, Problem.GONE),
        (429, Problem.REFUSED),
        (500, Problem.TROUBLE),
        (503, Problem.TROUBLE),
        (999, Problem.REFUSED),
    ],
)
def test_each_status_has_its_meaning(site: Sandbox, status: int, problem: Problem) -> None:
    site.route("GET", "/", lambda request: Reply(status, "x", content_type=HTML))
    assert problem_of(site.url + "/") == problem


def test_a_page_that_leads_to_a_log_in_refuses_programs(site: Sandbox) -> None:
    site.route("GET", "/post", lambda request: Reply(302, "", {"Location": "/login?next=/post"}))
    site.route("GET", "/login", lambda request: Reply(200, "log in", content_type=HTML))
    assert problem_of(site.url + "/post") == Problem.REFUSED
    assert fetch(site.url + "/login").status == 200


def test_a_name_that_leads_nowhere_and_a_certificate_that_is_none_are_told_apart(site: Sandbox, monkeypatch) -> None:
    assert problem_of(f"https://127.0.0.1:{site.port}/") == Problem.TLS

    def nowhere(*args: object, **options: object) -> None:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr("publishing.channels.addresses.socket.getaddrinfo", nowhere)
    assert problem_of("https://nowhere.example/") == Problem.NO_NAME


# What a person reads in it --------------------------------------------------------------------------------------


def test_the_text_of_a_page_is_its_title_and_what_is_shown() -> None:
    page = (
        "<html><head><title>Sở Y tế &amp; người dân</title><style>p{}</style><script>if(a<b)alert('x')</script></head>"
        "<body><h1>Thông báo</h1><p>Nước <b>sạch</b>.<br>2 < 3<!-- not shown --></p></body>"
    )
    assert readable(page).splitlines() == ["Sở Y tế & người dân", "Thông báo", "Nước sạch.", "2 < 3"]
    assert readable("<script>render()</script><div id=app></div>") == ""


def test_markup_made_to_be_slow_is_not() -> None:
    began = time.monotonic()
    for piece in ("<", "<a ", "<!--", "<title>", "<svg>", "<a b='", "<![CDATA[", "&", "<script>", "</"):
        readable(piece * (900_000 // len(piece)))
    assert time.monotonic() - began < 5


def test_letters_are_read_as_the_page_says() -> None:
    assert decoded("Đúng".encode("utf-16"), "text/html; charset=utf-16") == "Đúng"
    assert decoded(b'<meta charset="windows-1258">' + "Nước".encode("windows-1258", "replace"), "text/html")
    assert decoded("Đúng".encode(), "text/html; charset=no-such") == "Đúng"
