"""What the stand-ins reached over SFTP share: a server with one folder, beside a page that shows what arrived.

Needs neither root nor OpenSSH. Strict: one user, no way out of the folder, no directories, a plain rename never
replaces a file; posix-rename does, as OpenSSH's; what has its final name may be removed only if it is a sound. Its host key and everything it received stay in ``store``.

Faults are queued as in sandbox.server, with the method "SFTP"; each is used up by the first call it fits:

  wrong_login   the login is refused                          no_permission  no file may be opened for writing
  disk_full     writing fails with the status FAILURE         drop_upload    the connection ends in the middle of a file
  drop_before   … when the file the receiver watches for gets its final name, which it does not get
  drop_after    … when it has got its final name, without an answer
  slow          it gets its final name, and the answer comes 30 s later
"""

from __future__ import annotations

import hmac
import html
import io
import os
import posixpath
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any, ClassVar, Self

import paramiko
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from paramiko.common import (
    AUTH_FAILED,
    AUTH_SUCCESSFUL,
    OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED,
    OPEN_SUCCEEDED,
)
from paramiko.sftp import SFTP_FAILURE, SFTP_OK, SFTP_PERMISSION_DENIED

from publishing.sandbox.server import SLOW_SECONDS, Reply, Request, Sandbox

INBOX = "tin-den"
SOUND_TYPES = {".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".ogg": "audio/ogg", ".wav": "audio/wav"}


def make_private_key() -> str:
    """A new Ed25519 key in OpenSSH's format."""
    key = Ed25519PrivateKey.generate()
    parts = serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    return key.private_bytes(*parts).decode()


def load_private_key(text: str) -> paramiko.PKey:
    """The key of make_private_key()."""
    return paramiko.Ed25519Key.from_private_key(io.StringIO(text))


def public_line(key: paramiko.PKey) -> str:
    """The public half as one line: ``ssh-ed25519 AAAA…``."""
    return f"{key.get_name()} {key.get_base64()}"


class SftpSandbox:
    """The server. ``port`` speaks SFTP, ``page.url`` is the page for people. ``username`` may log in with either secret.

    port, page_port  0: any free one
    store            a folder of its own; made if missing
    watched          how the name of the file ends that the receiver watches for
    """

    watched: ClassVar[str]

    username = "kiemchung"
    password = "anh-duong-hu-cau"
    directory = f"/{INBOX}"

    def __init__(self, port: int = 0, *, store: Path, page_port: int = 0) -> None:
        self.store = store
        self.inbox = store / "files" / INBOX
        self.inbox.mkdir(parents=True, exist_ok=True)
        self.host_key = load_private_key(self._kept("host_key"))
        self.private_key = self._kept("client_key")
        self.host_key_line = public_line(self.host_key)
        self.page = self.make_page(page_port)
        self.stopped = threading.Event()
        self.transports: list[paramiko.Transport] = []
        self.listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self.port: int = self.listener.getsockname()[1]

    def make_page(self, port: int) -> SftpPage:
        raise NotImplementedError

    def sound_beside(self, name: str) -> str:
        """Name of the sound that was laid beside the file ``name``; empty if there is none."""
        stem = Path(name).stem
        return next((stem + ending for ending in SOUND_TYPES if stem and (self.inbox / (stem + ending)).exists()), "")

    def _kept(self, name: str) -> str:
        path = self.store / name
        if not path.exists():
            path.touch(mode=0o600)
            path.write_text(make_private_key())
        return path.read_text()

    def start(self) -> Self:
        """Serves in background threads until stop()."""
        self.page.start()
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def stop(self) -> None:
        """Closes both ports and every connection."""
        self.stopped.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for transport in self.transports:
            transport.close()
        self.page.stop()

    def take_fault(self, *names: str) -> str:
        """The oldest queued fault if it is one of ``names``, used up; else ''."""
        with self.page.lock:
            for place, fault in enumerate(self.page.faults):
                if fault.get("method") == "SFTP" and fault["fault"] in names:
                    return self.page.faults.pop(place)["fault"]
        return ""

    def _accept(self) -> None:
        while True:
            try:
                connection, _address = self.listener.accept()
            except OSError:  # stop() closed the port
                return
            # Each handshake in a thread of its own: a client that says nothing must not keep the others waiting.
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        transport = paramiko.Transport(connection)
        transport.set_log_channel("publishing.sftp")
        transport.add_server_key(self.host_key)
        transport.set_subsystem_handler("sftp", paramiko.SFTPServer, Files, self, transport)
        with self.page.lock:
            self.transports = [known for known in self.transports if known.is_active()] + [transport]
        try:
            transport.start_server(server=Door(self))
        except (paramiko.SSHException, EOFError, OSError):
            transport.close()


class Door(paramiko.ServerInterface):
    """Who may come in, and for what: file transfer only."""

    def __init__(self, sandbox: SftpSandbox) -> None:
        self.sandbox = sandbox

    def get_allowed_auths(self, username: str) -> str:
        return "publickey,password"

    def check_auth_password(self, username: str, password: str) -> int:
        return self._answer(username, hmac.compare_digest(password.encode(), self.sandbox.password.encode()))

    def check_auth_publickey(self, username: str, key: paramiko.PKey) -> int:
        return self._answer(username, key == load_private_key(self.sandbox.private_key))

    def _answer(self, username: str, fits: bool) -> int:
        if not fits or username != self.sandbox.username or self.sandbox.take_fault("wrong_login"):
            return AUTH_FAILED
        return AUTH_SUCCESSFUL

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return OPEN_SUCCEEDED if kind == "session" else OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


class OpenFile(paramiko.SFTPHandle):
    """A file being read or written."""

    def __init__(self, flags: int, files: Files, opened: IO[bytes]) -> None:
        super().__init__(flags)
        self.files = files
        self.readfile = self.writefile = opened

    def write(self, offset: int, data: Any) -> int:
        fault = self.files.sandbox.take_fault("disk_full", "drop_upload")
        if fault == "disk_full":
            return SFTP_FAILURE
        if fault == "drop_upload":
            super().write(offset, data[: len(data) // 2])
            self.files.transport.close()
            return SFTP_FAILURE
        return super().write(offset, data)

    def stat(self) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(os.fstat(self.readfile.fileno()))


def _status(error: OSError) -> int:
    return paramiko.SFTPServer.convert_errno(error.errno or 0)


class Files(paramiko.SFTPServerInterface):
    """The folder as SFTP sees it: ``/`` is ``store/files``, and there is nothing above it."""

    def __init__(self, server: Door, sandbox: SftpSandbox, transport: paramiko.Transport, *more: Any) -> None:
        super().__init__(server, *more)
        self.sandbox = sandbox
        self.transport = transport
        self.root = (sandbox.store / "files").resolve()

    def _real(self, path: str) -> Path:
        """Raises OSError for what leads outside."""
        real = (self.root / posixpath.normpath("/" + path).lstrip("/")).resolve()
        if not real.is_relative_to(self.root):
            raise PermissionError(13, "outside")
        return real

    def list_folder(self, path: str) -> Any:
        try:
            return [self._described(entry) for entry in sorted(self._real(path).iterdir())]
        except OSError as error:
            return _status(error)

    @staticmethod
    def _described(path: Path) -> paramiko.SFTPAttributes:
        return paramiko.SFTPAttributes.from_stat(path.lstat(), path.name)

    def stat(self, path: str) -> Any:
        try:
            return self._described(self._real(path))
        except OSError as error:
            return _status(error)

    lstat = stat

    def open(self, path: str, flags: int, attr: paramiko.SFTPAttributes) -> Any:
        is_writing = bool(flags & (os.O_WRONLY | os.O_RDWR))
        try:
            real = self._real(path)
            if is_writing and (not real.name.startswith(".") or self.sandbox.take_fault("no_permission")):
                return SFTP_PERMISSION_DENIED  # what has its final name must be whole: upload under a hidden one
            mode = ("r+b" if flags & os.O_RDWR else "wb") if is_writing else "rb"
            descriptor = os.open(real, flags | os.O_NOFOLLOW, 0o644)
            return OpenFile(flags, self, os.fdopen(descriptor, mode))
        except OSError as error:
            return _status(error)

    def remove(self, path: str) -> int:
        try:
            real = self._real(path)
            if not real.name.startswith(".") and real.suffix not in SOUND_TYPES:
                return SFTP_PERMISSION_DENIED
            real.unlink()
        except OSError as error:
            return _status(error)
        return SFTP_OK

    def rename(self, oldpath: str, newpath: str) -> int:
        try:
            if self._real(newpath).exists():
                return SFTP_FAILURE
        except OSError as error:
            return _status(error)
        return self.posix_rename(oldpath, newpath)

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        fault = (
            self.sandbox.take_fault("drop_before", "drop_after", "slow")
            if newpath.endswith(self.sandbox.watched)
            else ""
        )
        if fault == "drop_before":
            self.transport.close()
            return SFTP_FAILURE
        try:
            self._real(oldpath).replace(self._real(newpath))
        except OSError as error:
            return _status(error)
        self.sandbox.page.received(newpath)
        if fault == "drop_after":
            self.transport.close()
        if fault == "slow":
            self.sandbox.stopped.wait(SLOW_SECONDS)
        return SFTP_OK


class SftpPage(Sandbox):
    """The page for people; its queue of faults is the server's."""

    switches: ClassVar[tuple[str, ...]] = (
        "drop_after",
        "drop_before",
        "drop_upload",
        "slow",
        "wrong_login",
        "no_permission",
        "disk_full",
    )

    def met_by(self, fault: str) -> Mapping[str, str]:
        return {"method": "SFTP"}

    def __init__(self, receiver: SftpSandbox, port: int) -> None:
        super().__init__(port)
        self.receiver = receiver
        self.route("GET", r"/am-thanh/([A-Za-z0-9._-]+)", self.sound)

    def sound(self, request: Request, name: str) -> Reply:
        """A sound as the receiver's people play it."""
        path = self.receiver.inbox / name
        if path.suffix not in SOUND_TYPES or name.startswith(".") or not path.is_file():
            return Reply(404, "")
        return Reply(200, path.read_bytes(), content_type=SOUND_TYPES[path.suffix])

    def player(self, name: str) -> str:
        """HTML that plays the sound laid beside the file ``name``; empty if there is none."""
        sound = self.receiver.sound_beside(name)
        if not sound:
            return ""
        where = f"/am-thanh/{html.escape(sound)}"
        return (
            f'<p class="sound"><audio controls preload="none" src="{where}" aria-label="Bản ghi âm"></audio>'
            f'<a href="{where}">{html.escape(sound)}</a></p>'
        )

    def received(self, path: str) -> None:
        """Notes in the log that a file got its final name."""
        with self.lock:
            self.log.append({"method": "SFTP", "path": path, "query": {}, "body": "", "status": 200})
