"""One mail to one address over SMTP: encrypted, the server's certificate checked, bounded in time.

Everything that goes wrong is a ChannelError. The one thing that matters: until the dot that ends the message was sent,
nothing was accepted (TRANSIENT); while its answer is missing, perhaps (UNKNOWN). Codes: RFC 5321 and RFC 4954.
"""

from __future__ import annotations

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_noop as _

from publishing.channels.addresses import connected
from publishing.channels.base import ChannelError, Outcome

# A call ends before the outbox's lease does (with FINAL_SECONDS as the adapter's longest_call), whatever the server does.
WHOLE_SECONDS = 60.0  # up to the final dot
FINAL_SECONDS = 120.0  # for the answer to it: a server may look at a message for long before it takes it
FULL_SECONDS = 900.0
PIECE_BYTES = 64 * 1024

UNREACHABLE = _("The mail server cannot be reached. It is tried again.")
CUT = _("The connection to the mail server broke before the message was handed over. It is tried again.")
UNCLEAR = _(
    "The connection broke while the mail server was taking the message. Please ask the receiver whether it came; "
    "if it is sent again, it has the same Message-ID."
)
NOT_ENCRYPTED = _(
    "The mail server offers no such encryption, and nothing was sent. Please check port and encryption in the settings."
)
OTHER_SERVER = _(
    "The mail server cannot prove that it is the one named in the settings (certificate), and nothing was sent. "
    "Please ask whoever runs it."
)
REFUSED = _("The mail server refuses the user name with this password. Please enter them again.")
NO_LOGIN = _("The mail server wants a login, or offers none, unlike the settings. Please check user name and password.")
NOT_NOW = _("The mail server does not take the message now. It is tried again.")
FULL = _("The mailbox or the mail server is full. It is tried again in 15 minutes.")
SENDER_REFUSED = _("The mail server does not let this sender's address send. Please check it in the settings.")
NO_MAILBOX = _("The mail server does not take mail for the receiver's address. Please check it in the settings.")
MESSAGE_REFUSED = _("The mail server refused the message itself. Please see its answer below.")
NOT_SERVED = _("What answers at this address and port takes no mail from us. Please check the settings.")

_AUTH_CODES = frozenset({530, 534, 535, 538})
_BY_STAGE = {"connect": NOT_SERVED, "sender": SENDER_REFUSED, "receiver": NO_MAILBOX}


@dataclass(frozen=True)
class Mailbox:
    """Server, login, and the two addresses of the envelope. ``security``: starttls, ssl or none; no username, no login."""

    host: str
    port: int
    security: str
    username: str
    password: str
    sender: str
    receiver: str
    connect_seconds: float
    answer_seconds: float


def hand_over(box: Mailbox, message: bytes, more_seconds: float = 0.0) -> None:
    """Gives ``message`` (whole, lines ending in CR LF) to the server. Returns when the server has taken it.

    more_seconds  that it may take up to the final dot beyond the usual, for what is attached
    """
    with _session(box, more_seconds) as session:
        session.envelope()
        session.content(message)


def try_envelope(box: Mailbox) -> None:
    """Logs in and asks whether both addresses are taken; sends nothing."""
    with _session(box) as session:
        session.envelope()
        session.smtp.rset()


class _Guarded(smtplib.SMTP):
    """Connects to addresses that were looked at."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return connected(host, port, timeout)


class _GuardedSSL(smtplib.SMTP_SSL):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        name = self._host  # type: ignore[attr-defined]
        return self.context.wrap_socket(connected(host, port, timeout), server_hostname=name)


class _Session:
    """An open connection. Methods raise what smtplib and sockets raise; _session() turns it into a ChannelError."""

    def __init__(self, box: Mailbox) -> None:
        self.box = box
        self.stage = "connect"  # connect, encryption, login, sender, receiver, message
        self.is_committing = False  # the final dot is on its way, and not answered
        name = box.sender.rpartition("@")[2]
        if box.security == "ssl":
            context = ssl.create_default_context()
            self.smtp: _Guarded | _GuardedSSL = _GuardedSSL(
                local_hostname=name, timeout=box.connect_seconds, context=context
            )
        else:
            self.smtp = _Guarded(local_hostname=name, timeout=box.connect_seconds)
        # smtplib verifies the certificate against the name it was given when it was made.
        self.smtp._host = box.host  # type: ignore[union-attr]

    def open(self) -> None:
        box, smtp = self.box, self.smtp
        self._want(smtp.connect(box.host, box.port), 220)
        smtp.sock.settimeout(box.answer_seconds)  # type: ignore[union-attr]
        smtp.ehlo_or_helo_if_needed()
        if box.security == "starttls":
            self.stage = "encryption"
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo_or_helo_if_needed()
        self.stage = "login"
        if box.username:
            smtp.login(box.username, box.password)

    def envelope(self) -> None:
        self.stage = "sender"
        self._want(self.smtp.mail(self.box.sender), 250)
        self.stage = "receiver"
        self._want(self.smtp.rcpt(self.box.receiver), 250, 251)

    def content(self, message: bytes) -> None:
        self.stage = "message"
        self._want(self.smtp.docmd("DATA"), 354)
        body = re.sub(rb"(?m)^\.", b"..", message)
        body = body if body.endswith(b"\r\n") else body + b"\r\n"
        for start in range(0, len(body), PIECE_BYTES):  # the limit of a socket is for all that is sent at once
            self.smtp.send(body[start : start + PIECE_BYTES])
        self.is_committing = True
        patience = min(FINAL_SECONDS, self.box.answer_seconds * 6)
        self.smtp.sock.settimeout(patience)  # type: ignore[union-attr]
        with self.ended_after(patience):
            self.smtp.send(b".\r\n")
            answer = self.smtp.getreply()
        self._want(answer, 250)
        self.is_committing = False

    def _want(self, answer: tuple[int, bytes], *good: int) -> None:
        if answer[0] not in good:
            raise smtplib.SMTPResponseException(*answer)

    @contextmanager
    def ended_after(self, seconds: float) -> Iterator[None]:
        """Ends the connection after so long: the limit of a socket is for each piece, and a server may trickle."""
        watchdog = threading.Timer(seconds, self._hang_up)
        watchdog.daemon = True
        watchdog.start()
        try:
            yield
        finally:
            watchdog.cancel()

    def _hang_up(self) -> None:
        if self.smtp.sock is not None:
            with suppress(OSError):
                # Not the method of an SSL socket, which would take the encryption away from under a reader.
                socket.socket.shutdown(self.smtp.sock, socket.SHUT_RDWR)


@contextmanager
def _session(box: Mailbox, more_seconds: float = 0.0) -> Iterator[_Session]:
    session = _Session(box)
    # The wait for the last answer has its own limit, so that this one may run out meanwhile without harm.
    seconds = WHOLE_SECONDS + more_seconds
    watchdog = threading.Timer(seconds, lambda: None if session.is_committing else session._hang_up())
    watchdog.daemon = True
    watchdog.start()
    try:
        session.open()
        yield session
        with suppress(OSError, smtplib.SMTPException):
            session.smtp.quit()
    except smtplib.SMTPResponseException as error:
        raise meaning(error.smtp_code, error.smtp_error, session.stage, session.is_committing) from None
    except smtplib.SMTPNotSupportedError:
        if session.stage == "encryption":
            raise ChannelError(Outcome.PERMANENT, NOT_ENCRYPTED) from None
        raise ChannelError(Outcome.AUTH, NO_LOGIN) from None
    except ssl.SSLCertVerificationError as error:
        words = error.verify_message or ""
        raise ChannelError(Outcome.AUTH, OTHER_SERVER, vendor_code="certificate", vendor_words=words) from None
    except UnicodeError:  # a name or password with letters that the login cannot carry
        raise ChannelError(Outcome.AUTH, REFUSED) from None
    except (OSError, smtplib.SMTPException) as error:
        raise _broken(error, session) from None
    finally:
        watchdog.cancel()
        session.smtp.close()


def _broken(error: Exception, session: _Session) -> ChannelError:
    code = type(error).__name__
    if session.is_committing:
        return ChannelError(Outcome.UNKNOWN, UNCLEAR, vendor_code=code)
    is_handshake = session.stage in {"connect", "encryption"}
    if is_handshake and isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return ChannelError(Outcome.PERMANENT, NOT_ENCRYPTED, vendor_code=error.reason or code)
    return ChannelError(Outcome.TRANSIENT, UNREACHABLE if session.stage == "connect" else CUT, vendor_code=code)


def meaning(code: int, text: bytes | str, stage: str, is_committing: bool) -> ChannelError:
    """The ChannelError of an answer that is not success. ``stage`` as of _Session."""
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
    enhanced = re.match(r"[245]\.\d{1,3}\.\d{1,3}\b", said)
    told: dict[str, Any] = {
        "vendor_code": f"{code} {enhanced[0]}" if enhanced else str(code),
        "vendor_words": said[:300],
    }
    if code in _AUTH_CODES:
        return ChannelError(Outcome.AUTH, NO_LOGIN if code == 530 else REFUSED, **told)
    if code == 452 or (enhanced and enhanced[0] in {"4.2.2", "4.3.1"}):
        return ChannelError(Outcome.THROTTLED, FULL, retry_after=FULL_SECONDS, **told)
    if 400 <= code < 500:
        return ChannelError(Outcome.TRANSIENT, NOT_NOW, **told)
    if 500 <= code < 600:
        if stage == "login":
            return ChannelError(Outcome.AUTH, REFUSED, **told)
        return ChannelError(Outcome.PERMANENT, _BY_STAGE.get(stage, MESSAGE_REFUSED), **told)
    if is_committing:
        return ChannelError(Outcome.UNKNOWN, UNCLEAR, **told)
    if stage == "connect":
        return ChannelError(Outcome.PERMANENT, NOT_SERVED, **told)
    return ChannelError(Outcome.TRANSIENT, CUT, **told)
