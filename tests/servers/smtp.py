"""A real SMTP server (aiosmtpd) on loopback, with a certificate of its own authority, a login and a mailbox in memory.

    with real_smtp(tls="starttls") as server:
        smtplib.SMTP("localhost", server.port)

``server.authority`` is the file of the authority's certificate, for SSL_CERT_FILE.
"""

from __future__ import annotations

import asyncio
import datetime
import logging
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USERNAME, PASSWORD = "kiemchung", "mat-khau-123"


logging.getLogger("mail.log").setLevel(logging.ERROR)  # it warns about what the tests want


@dataclass
class RealSmtp:
    """A running server: what it took in, and how to trust it. ``seconds`` pass between taking a mail in and saying so."""

    port: int = 0
    authority: Path = Path()
    mails: list[bytes] = field(default_factory=list)
    logins: int = 0
    seconds: float = 0.0

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(envelope.content)
        await asyncio.sleep(self.seconds)
        return "250 2.0.0 Ok"

    def let_in(self, server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> AuthResult:
        fits = isinstance(given, LoginPassword) and given == LoginPassword(USERNAME.encode(), PASSWORD.encode())
        self.logins += fits
        return AuthResult(success=fits, handled=False)


class _Running(Controller):
    def _trigger_server(self) -> None:
        # It would call the port it was given, which is 0; the first client of a test waits for the greeting itself.
        self.smtpd = self.factory()
        self._factory_invoked.set()


def _certificate(folder: Path, name: str) -> tuple[Path, Path, Path]:
    """(authority, certificate, key) for a server of that name."""
    now = datetime.datetime.now(datetime.UTC)

    def made(subject: str, key: Any, issuer: str, signer: Any, *, is_authority: bool) -> x509.Certificate:
        draft = x509.CertificateBuilder(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]),
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]),
            key.public_key(),
            x509.random_serial_number(),
            now - datetime.timedelta(days=1),
            now + datetime.timedelta(days=1),
        )
        draft = draft.add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        if not is_authority:
            draft = draft.add_extension(x509.SubjectAlternativeName([x509.DNSName(subject)]), critical=False)
        return draft.sign(signer, hashes.SHA256())

    root, own = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    pem = serialization.Encoding.PEM
    paths = folder / "authority.pem", folder / "server.pem", folder / "server.key"
    paths[0].write_bytes(made("Thử", root, "Thử", root, is_authority=True).public_bytes(pem))
    paths[1].write_bytes(made(name, own, "Thử", root, is_authority=False).public_bytes(pem))
    plain = pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    paths[2].write_bytes(own.private_bytes(*plain))
    return paths


@contextmanager
def real_smtp(tls: str = "starttls", name: str = "localhost") -> Iterator[RealSmtp]:
    """The server, running. ``tls``: starttls, ssl or none; ``name``: the one its certificate is for."""
    with tempfile.TemporaryDirectory() as folder:
        server = RealSmtp()
        server.authority, certificate, key = _certificate(Path(folder), name)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate, key)
        login: dict[str, Any] = {
            "authenticator": server.let_in,
            "auth_required": True,
            "auth_require_tls": tls != "none",
        }
        if tls == "ssl":
            # To aiosmtpd a connection that was TLS from its start has not had STARTTLS.
            login |= {"auth_require_tls": False, "ssl_context": context}
        elif tls == "starttls":
            login |= {"tls_context": context, "require_starttls": True}
        running = _Running(server, hostname="127.0.0.1", port=0, **login)
        running.start()
        server.port = running.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        try:
            yield server
        finally:
            running.stop()
