"""The stand-in of a mailbox: a strict SMTP server on loopback with one receiver, and a page that shows what arrived.

Strict as RFC 5321 is: login before anything, commands in their order, lines that end in CR LF and are not too long,
no letters beyond ASCII in the message, From, Date and Message-ID present, and From the sender of the envelope. It
speaks no TLS, which is only allowed to this machine. Mail is kept as ``.eml`` in ``store``. Like many real mailboxes
it does not drop a second copy of a message.

Faults are queued as in sandbox.server, with the method "SMTP"; each is used up by the first call it fits:

  drop_greeting  the connection ends instead of the greeting    drop_data    it ends instead of "354 go on"
  drop_upload    it ends in the middle of the message, of which the client may have sent the end already
  drop_before    … at the final dot; nothing is kept            drop_after   … at the final dot; the mail is kept
  slow           the mail is kept, and the answer comes 30 s later
  busy 421, wrong_login 535, greylist 450, no_mailbox 550, full 452, refused 554: the answer with that code
"""

from __future__ import annotations

import base64
import hmac
import html
import re
import socketserver
import threading
from collections.abc import Mapping
from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path
from typing import Any, ClassVar

from publishing.sandbox.server import SLOW_SECONDS, Reply, Request, Sandbox

NAME = "Báo Ánh Dương (hư cấu)"
RECEIVER = "toasoan@baoanhduong.example"
SENDER = "kiemchung@anhduong.example"
LONGEST_LINE = 1000  # with CR LF
FAULTS = {
    "busy": "421 4.3.2 Service shutting down",
    "greylist": "450 4.7.1 Greylisted, try again later",
    "no_mailbox": "550 5.1.1 User unknown",
    "full": "452 4.3.1 Insufficient system storage",
    "refused": "554 5.6.0 Message refused",
    "wrong_login": "535 5.7.8 Authentication credentials invalid",
}


class MailSandbox:
    """A mail server with one mailbox. ``page.url`` is the page for people.

    port, page_port  0: any free one
    store            a folder of its own; made if missing
    """

    username = "kiemchung"
    password = "anh-duong-hu-cau"

    def __init__(
        self, port: int = 0, *, store: Path, page_port: int = 0, name: str = NAME, receiver: str = RECEIVER
    ) -> None:
        self.store = store
        self.name, self.receiver = name, receiver
        store.mkdir(parents=True, exist_ok=True)
        self.page = Page(self, page_port)
        self.stopped = threading.Event()
        self.server = _Server(("127.0.0.1", port), self)
        self.port: int = self.server.server_address[1]

    def start(self) -> MailSandbox:
        """Serves in background threads until stop()."""
        self.page.start()
        threading.Thread(target=self.server.serve_forever, daemon=True, kwargs={"poll_interval": 0.05}).start()
        return self

    def stop(self) -> None:
        """Closes both ports."""
        self.stopped.set()
        self.server.shutdown()
        self.server.server_close()
        self.page.stop()

    def take_fault(self, *names: str) -> str:
        """The oldest queued fault if it is one of ``names``, used up; else ''."""
        with self.page.lock:
            for place, fault in enumerate(self.page.faults):
                if fault.get("method") == "SMTP" and fault["fault"] in names:
                    return self.page.faults.pop(place)["fault"]
        return ""

    def keep(self, content: bytes) -> None:
        """Puts a message into the mailbox."""
        with self.page.lock:
            number = len(list(self.store.glob("*.eml"))) + 1
            (self.store / f"{number:06}.eml").write_bytes(content)
            self.page.log.append(
                {"method": "SMTP", "path": f"/{number:06}.eml", "query": {}, "body": "", "status": 250}
            )

    def mails(self) -> list[EmailMessage]:
        """Every message, oldest first."""
        return [_parsed(path.read_bytes()) for path in sorted(self.store.glob("*.eml"))]


def _parsed(content: bytes) -> EmailMessage:
    made: Any = BytesParser(policy=policy.default).parsebytes(content)
    return made  # type: ignore[no-any-return]


def sender_name(content: bytes) -> str:
    """Name and address of the sender. The library's newer parser leaves blanks between the parts of a long name."""
    raw = BytesParser(policy=policy.compat32).parsebytes(content, headersonly=True)["From"]
    return str(make_header(decode_header(raw)))


def wrong_with(content: bytes, sender: str) -> str:
    """Why a strict server refuses a message; empty if it does not."""
    if any(len(line) > LONGEST_LINE for line in content.split(b"\n")):
        return "line too long"
    if re.search(rb"(?<!\r)\n|\r(?!\n)", content):
        return "bare CR or LF"
    if any(byte > 127 for byte in content):
        return "8-bit data in a 7-bit message"
    message = _parsed(content)
    if any(len(message.get_all(name, [])) != 1 for name in ("From", "To", "Subject", "Date", "Message-ID")):
        return "a header is missing, or there twice"
    if message["From"].addresses[0].addr_spec != sender:
        return "From is not the sender"
    if any(part.defects for part in message.walk()):
        return "broken MIME"
    return ""


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], sandbox: MailSandbox) -> None:
        self.sandbox = sandbox
        super().__init__(address, _Connection)


class _Connection(socketserver.StreamRequestHandler):
    """One conversation."""

    server: _Server
    timeout = 60

    def handle(self) -> None:
        sandbox = self.server.sandbox
        if sandbox.take_fault("drop_greeting"):
            return
        if sandbox.take_fault("busy"):
            self.say(FAULTS["busy"])
            return
        self.is_in = False
        self.sender = self.receiver = ""
        try:
            self.say("220 hop-thu.example ESMTP")
            while line := self.rfile.readline(LONGEST_LINE):
                if self.answer(line):
                    return
        except OSError:
            return

    def say(self, words: str) -> None:
        self.wfile.write(words.encode() + b"\r\n")

    def answer(self, line: bytes) -> bool:
        """Answers one command; True when the connection is over."""
        if not line.endswith(b"\r\n"):
            self.say("500 5.5.2 Lines end in CR LF")
            return False
        verb, _blank, rest = line.decode("utf-8", "replace").strip().partition(" ")
        match verb.upper():
            case "EHLO":
                self.say("250-hop-thu.example\r\n250-SIZE 10485760\r\n250-ENHANCEDSTATUSCODES\r\n250 AUTH PLAIN")
            case "AUTH":
                self.log_in(rest)
            case "RSET":
                self.sender = self.receiver = ""
                self.say("250 2.0.0 Ok")
            case "QUIT":
                self.say("221 2.0.0 Bye")
                return True
            case "MAIL" | "RCPT" | "DATA" if not self.is_in:
                self.say("530 5.7.0 Authentication required")
            case "MAIL":
                self.sender = self.address(rest, "FROM")
                self.say("250 2.1.0 Ok" if self.sender else "501 5.5.4 Syntax")
            case "RCPT" if self.sender:
                self.take_receiver(self.address(rest, "TO"))
            case "DATA" if self.receiver:
                return self.take_message()
            case "RCPT" | "DATA":
                self.say("503 5.5.1 Bad sequence of commands")
            case _:
                self.say("502 5.5.1 Not implemented")
        return False

    @staticmethod
    def address(text: str, word: str) -> str:
        found = re.match(rf"{word}:<([^<>\s]+@[^<>\s]+)>( SIZE=\d+)?$", text, re.IGNORECASE | re.ASCII)
        return found[1] if found else ""

    def log_in(self, rest: str) -> None:
        sandbox = self.server.sandbox
        kind, _blank, encoded = rest.partition(" ")
        try:
            _zone, name, password = base64.b64decode(encoded, validate=True).split(b"\0")
        except ValueError:
            self.say("501 5.5.2 Cannot decode")
            return
        fits = hmac.compare_digest(password, sandbox.password.encode()) and name == sandbox.username.encode()
        self.is_in = kind.upper() == "PLAIN" and fits and not sandbox.take_fault("wrong_login")
        self.say("235 2.7.0 Authentication successful" if self.is_in else FAULTS["wrong_login"])

    def take_receiver(self, address: str) -> None:
        sandbox = self.server.sandbox
        if fault := sandbox.take_fault("greylist", "no_mailbox", "full"):
            self.say(FAULTS[fault])
            return
        if address.lower() != sandbox.receiver:
            self.say(FAULTS["no_mailbox"])
            return
        self.receiver = address
        self.say("250 2.1.5 Ok")

    def take_message(self) -> bool:
        sandbox = self.server.sandbox
        if sandbox.take_fault("drop_data"):
            return True
        self.say("354 End data with <CR><LF>.<CR><LF>")
        if sandbox.take_fault("drop_upload"):
            self.rfile.read(200)
            return True
        lines = []
        while (line := self.rfile.readline(10_000_000)) != b".\r\n":
            if not line:
                return True  # the client went away before the end: nothing was accepted
            lines.append(line.removeprefix(b"."))
        content = b"".join(lines)
        wrong = wrong_with(content, self.sender)
        fault = sandbox.take_fault("drop_before", "drop_after", "slow", "refused")
        if fault == "drop_before":
            return True
        if fault == "refused" or wrong:
            self.say(f"554 5.6.0 {wrong}" if wrong else FAULTS["refused"])
            return False
        sandbox.keep(content)
        if fault == "drop_after":
            return True
        if fault == "slow":
            sandbox.stopped.wait(SLOW_SECONDS)
        self.say("250 2.0.0 Ok: queued")
        self.sender = self.receiver = ""
        return False


# The page for people -----------------------------------------------------------------------------------------

_STYLE = """body{font:1rem/1.5 system-ui,sans-serif;margin:0;color:#1b1b1b;background:#eef1f5}
main{max-width:52rem;margin:0 auto;padding:1rem}
.mock{margin:0;background:#fff3cd;border-bottom:1px solid #8a6d00;padding:.5rem 1rem;font-weight:600;text-align:center}
h1{font-size:1.3rem;margin:.25rem 0}.meta{color:#50555c;font-size:.9rem;margin:.25rem 0}
ul{list-style:none;margin:1rem 0;padding:0;background:#fff;border:1px solid #c9ced6;border-radius:.5rem;overflow:hidden}
li+li{border-top:1px solid #dfe3e8}summary{display:grid;grid-template-columns:14rem 1fr auto;gap:0 1rem;padding:.7rem 1rem;cursor:pointer}
summary b,summary span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap}summary time{color:#50555c;font-size:.9rem}
details[open] summary{background:#e8f0fb}details[open] summary span{font-weight:700;white-space:normal}
.mail{padding:0 1rem 1rem}pre{white-space:pre-wrap;overflow-wrap:anywhere;font:inherit;margin:.75rem 0}
.file{display:inline-block;border:1px solid #c9ced6;border-radius:.3rem;padding:.1rem .5rem;margin:.2rem .2rem 0 0;font-size:.9rem;overflow-wrap:anywhere}
@media(max-width:40rem){summary{grid-template-columns:1fr auto}summary span{grid-column:1/-1;white-space:normal}}"""


class Page(Sandbox):
    """What the receiver sees in a mail program, newest first."""

    switches: ClassVar[tuple[str, ...]] = (
        "drop_after",
        "drop_before",
        "drop_greeting",
        "drop_data",
        "drop_upload",
        "slow",
        "busy",
        "greylist",
        "full",
        "no_mailbox",
        "refused",
        "wrong_login",
    )

    def __init__(self, mailbox: MailSandbox, port: int) -> None:
        super().__init__(port)
        self.mailbox = mailbox
        self.route("GET", "/", self.home)
        self.route("GET", r"/thu/(\d{6})/([A-Za-z0-9._-]+)", self.sound)

    def met_by(self, fault: str) -> Mapping[str, str]:
        return {"method": "SMTP"}

    def sound(self, request: Request, number: str, name: str) -> Reply:
        """An attached recording, to be played."""
        path = self.mailbox.store / f"{number}.eml"
        parts = list(_parsed(path.read_bytes()).iter_attachments()) if path.exists() else []
        for part in parts:
            if part.get_filename() == name and part.get_content_maintype() == "audio":
                return Reply(200, part.get_content(), content_type=part.get_content_type())
        return Reply(404, "")

    def home(self, request: Request) -> Reply:
        kept = sorted(self.mailbox.store.glob("*.eml"), reverse=True)
        rows = "".join(_row(path.stem, path.read_bytes()) for path in kept)
        name, receiver = html.escape(self.mailbox.name), html.escape(self.mailbox.receiver)
        listed = f"<ul>{rows}</ul>" if rows else "<p>Chưa có thư nào.</p>"
        return Reply(
            200,
            f'<!doctype html><html lang="vi"><head><meta charset="utf-8"><meta name="robots" content="noindex">'
            f'<meta name="viewport" content="width=device-width,initial-scale=1"><title>Hộp thư {name}</title>'
            f'<style>{_STYLE}</style></head><body><p class="mock" role="note">MÔ PHỎNG – không phải hộp thư thật</p>'
            f'<main><h1>Hộp thư {name}</h1><p class="meta">{receiver} · {len(kept)} thư</p>{listed}</main></body></html>',
            {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; media-src 'self'"},
        )


def _row(number: str, content: bytes) -> str:
    """One line of the list, which opens into the mail."""
    mail = _parsed(content)
    sounds = "".join(
        f'<audio controls preload="none" src="/thu/{number}/{name}" aria-label="Bản ghi âm"></audio>'
        for part in mail.iter_attachments()
        if part.get_content_maintype() == "audio" and (name := html.escape(part.get_filename() or ""))
    )
    body = mail.get_body(("plain",))
    text = body.get_content() if body else ""
    files = "".join(
        f'<span class="file">{html.escape(part.get_filename() or "")}</span>' for part in mail.iter_attachments()
    )
    answer = '<p class="meta">Nối tiếp thư trước</p>' if mail["In-Reply-To"] else ""
    sender, date = sender_name(content), mail["Date"]
    at = getattr(date, "datetime", None)
    when = f'<time datetime="{at.isoformat()}">{at:%d/%m/%Y %H:%M}</time>' if at else html.escape(str(date))
    name = re.sub(r"\s*<[^>]*>$", "", sender)
    return (
        f"<li><details><summary><b>{html.escape(name)}</b><span>{html.escape(mail['Subject'])}</span>{when}</summary>"
        f'<div class="mail"><p class="meta">{html.escape(sender)}</p>{answer}<pre>{html.escape(text)}</pre>'
        f'<p class="meta">Đính kèm: {files}</p>{sounds}</div></details></li>'
    )
