"""A folder on somebody else's SFTP server: pinned host key, bounded in time, files that appear whole or not at all.
Shared by the channels that put files there.

A name that exists is never written again, so that the same files sent twice are there once. Everything that goes wrong
is a ChannelError. The one thing that matters: until the rename of the trigger file was asked for, nothing was accepted
(TRANSIENT); while its answer is missing, perhaps (UNKNOWN).
"""

from __future__ import annotations

import base64
import errno
import io
import logging
import secrets
import stat
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from django.utils.translation import gettext_noop as _

from publishing.channels import recording
from publishing.channels.addresses import connected
from publishing.channels.base import ChannelError, Outcome
from publishing.story import File, Post

# A call ends well before the outbox's lease does, whatever the server does.
LOGIN_SECONDS = 15.0  # for each of greeting, key exchange and login
WHOLE_SECONDS = 60.0
FULL_SECONDS = 900.0

UNREACHABLE = _("The receiver's server cannot be reached. It is tried again.")
CUT = _("The connection to the receiver's server broke before the files were handed over. It is tried again.")
UNCLEAR = _("The connection broke while the files were handed over. The server is asked whether they are there.")
OTHER_KEY = _(
    "The server identifies itself with a different key than the one entered here, and nothing was sent. "
    "Ask whoever runs it whether its key was changed before you enter another one."
)
REFUSED = _("The server refuses the user name with this key or password. Ask whoever runs it, then enter them again.")
NO_LOGIN = _("Neither a private key nor a password is stored for this server. Please enter one of them.")
BAD_KEY = _("The private key cannot be read. Please enter it again.")
NO_SFTP = _("The server offers no file transfer (SFTP) to this user. Please ask whoever runs it to allow it.")
NO_FOLDER = _("The folder is not there on the server. Please check the folder in the settings of this channel.")
NOT_ALLOWED = _("This user may not write to the folder on the server. Please ask whoever runs it to allow it.")
TAKEN = _(
    "A different file with the same name is already on the server, and was not overwritten. "
    "Please clear this up with the receiver."
)
FULL = _("The server cannot store files now; its disk may be full. It is tried again in 15 minutes.")

_LOG = "publishing.sftp"
logging.getLogger(_LOG).addHandler(logging.NullHandler())
logging.getLogger(_LOG).propagate = False  # paramiko's tracebacks; what went wrong is in the ChannelError


@dataclass(frozen=True)
class Login:
    """Where, as whom, and the server's only acceptable key. ``directory`` empty: where the login ends up."""

    host: str
    port: int
    username: str
    directory: str
    host_key: paramiko.PKey
    private_key: str
    password: str
    connect_seconds: float
    answer_seconds: float


def hand_over(
    login: Login, files: Sequence[tuple[str, bytes]], *, void: Sequence[str] = (), more_seconds: float = 0.0
) -> None:
    """Puts those of ``files`` (name, content) there that are not there yet, the last one last: it is what the receiver
    watches for.

    void          names of files of ours that no longer stand: removed first, where they still are and the server lets us
    more_seconds  that it may take beyond the usual, for large files

    PERMANENT if a name is taken by another content, UNKNOWN once the last one's final name was asked for.
    """
    with open_folder(login, more_seconds) as folder:
        for name in void:
            folder.remove(name)
        for place, (name, content) in enumerate(files, start=1):
            held = folder.holds(name, content)
            if held is False:
                raise ChannelError(Outcome.PERMANENT, TAKEN, vendor_code="name taken", vendor_words=name)
            if held is None:
                folder.put(name, content, is_trigger=place == len(files))


def lay_files(login: Login, post: Post, sound: bytes) -> None:
    """hand_over() of a post's files, the recording before what refers to it; earlier recordings of the story are void."""
    files = [(file.name, file.content) for file in post.files]
    if post.audio:
        files.insert(0, (post.audio_name, sound))
    void = recording.names_of(post.earlier)
    hand_over(login, files, void=void, more_seconds=recording.upload_seconds(post))


def is_there(login: Login, file: File) -> bool:
    """Whether ``file`` is there under its name, byte for byte."""
    with open_folder(login) as folder:
        return folder.holds(file.name, file.content) is True


def try_folder(login: Login) -> None:
    """Logs in, writes a hidden empty file and removes it."""
    with open_folder(login) as folder:
        folder.try_writing()


def read_host_key(line: str) -> paramiko.PKey:
    """The public key in ``line``, with or without a host name before and a comment after. Raises ValueError."""
    words = line.split()
    for kind, encoded in pairwise(words):
        if kind.startswith(("ssh-", "ecdsa-")):
            try:
                return paramiko.PKey.from_type_string(kind, base64.b64decode(encoded, validate=True))
            except (paramiko.SSHException, paramiko.pkey.UnknownKeyType, ValueError, IndexError) as error:
                raise ValueError("not a public key") from error
    raise ValueError("no public key")


def read_private_key(text: str) -> paramiko.PKey:
    """The private key in ``text``, in OpenSSH's or any PEM format. Raises ValueError, TypeError if it needs a passphrase."""
    raw = ("\n".join(line.strip() for line in text.strip().splitlines()) + "\n").encode()
    load = serialization.load_ssh_private_key if b"OPENSSH" in raw else serialization.load_pem_private_key
    try:
        key = load(raw, password=None)
        # One format for all kinds: paramiko reads Ed25519 in OpenSSH's only.
        plain = serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
        line = key.public_key().public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
        opened = key.private_bytes(*plain).decode()
    except UnsupportedAlgorithm as error:
        raise ValueError("not a private key for SSH") from error
    for kind in paramiko.key_classes:
        if line.split()[0].decode() in kind.identifiers():
            return kind.from_private_key(io.StringIO(opened))
    raise ValueError("not a private key for SSH")


class Folder:
    """The open folder. Methods raise what paramiko raises; open_folder() turns it into a ChannelError."""

    def __init__(self, sftp: paramiko.SFTPClient, directory: str) -> None:
        self.sftp = sftp
        self.directory = directory
        self.is_committing = False  # the trigger's rename was asked for, and not answered

    def path(self, name: str) -> str:
        return f"{self.directory.rstrip('/')}/{name}" if self.directory else name

    @property
    def is_closed(self) -> bool:
        channel = self.sftp.get_channel()
        return channel is None or channel.closed

    def holds(self, name: str, content: bytes) -> bool | None:
        """True: ``name`` is there with exactly this content; False: with another; None: it is not there."""
        try:
            if self.sftp.stat(self.path(name)).st_size != len(content):
                return False
            with self.sftp.open(self.path(name), "rb") as file:
                return file.read(len(content) + 1) == content
        except FileNotFoundError:
            return None

    def put(self, name: str, content: bytes, *, is_trigger: bool) -> None:
        """Stores ``content`` as ``name`` in one step for whoever watches the folder. What a killed try left is replaced."""
        part = self.path(f".{name}.part")
        with self.sftp.open(part, "wb") as file:
            file.write(content)
        if self.sftp.stat(part).st_size != len(content):
            raise ChannelError(Outcome.TRANSIENT, CUT, vendor_code="short file")
        self.is_committing = is_trigger
        try:
            self.sftp.posix_rename(part, self.path(name))
        except OSError as error:
            if error.errno is not None or isinstance(error, TimeoutError) or self.is_closed:
                raise
            self.sftp.rename(part, self.path(name))  # a server without OpenSSH's extension
        self.is_committing = False

    def remove(self, name: str) -> None:
        """Removes a file if it is there. Many servers let nobody remove anything: then it stays."""
        try:
            self.sftp.remove(self.path(name))
        except OSError as error:
            is_answer = error.errno in {None, errno.ENOENT, errno.EACCES} and not isinstance(error, TimeoutError)
            if not is_answer or self.is_closed:
                raise

    def try_writing(self) -> None:
        """Proves that the folder is one and takes files, and leaves nothing there."""
        mode = self.sftp.stat(self.directory or ".").st_mode
        if mode is not None and not stat.S_ISDIR(mode):
            raise ChannelError(Outcome.PERMANENT, NO_FOLDER)
        path = self.path(f".probe-{secrets.token_hex(4)}")
        self.sftp.open(path, "wb").close()
        self.sftp.remove(path)


@contextmanager
def open_folder(login: Login, more_seconds: float = 0.0) -> Iterator[Folder]:
    """The folder, with the connection closed at the end. Raises ChannelError, also for what goes wrong in the block."""
    try:
        sock = connected(login.host, login.port, login.connect_seconds)
    except (OSError, UnicodeError) as error:
        raise ChannelError(Outcome.TRANSIENT, UNREACHABLE, vendor_code=type(error).__name__) from None
    transport = paramiko.Transport(sock)
    transport.set_log_channel(_LOG)
    # Some of paramiko's waits have no limit of their own; closing the connection ends every one of them.
    watchdog = threading.Timer(WHOLE_SECONDS + more_seconds, transport.close)
    watchdog.daemon = True
    watchdog.start()
    folder: Folder | None = None
    try:
        _shake_hands(transport, login)
        _log_in(transport, login)
        folder = Folder(_start_sftp(transport, login), login.directory)
        yield folder
    except (OSError, EOFError, paramiko.SSHException, paramiko.SFTPError) as error:
        raise _meaning(error, folder) from None
    finally:
        watchdog.cancel()
        transport.close()
        sock.close()


def _shake_hands(transport: paramiko.Transport, login: Login) -> None:
    transport.banner_timeout = transport.handshake_timeout = transport.auth_timeout = LOGIN_SECONDS
    # A server has several keys: ask for the kind that is pinned, but look at any, so that a change is seen as one.
    kind = login.host_key.get_name()
    wanted = ["rsa-sha2-512", "rsa-sha2-256"] if kind == "ssh-rsa" else [kind]
    options = transport.get_security_options()
    options.key_types = [*wanted, *(other for other in options.key_types if other not in wanted)]
    transport.start_client(timeout=LOGIN_SECONDS)
    shown = transport.get_remote_server_key()
    if shown.asbytes() != login.host_key.asbytes():
        words = f"{shown.get_name()} {shown.fingerprint}"
        raise ChannelError(Outcome.AUTH, OTHER_KEY, vendor_code="host key", vendor_words=words)


def _log_in(transport: paramiko.Transport, login: Login) -> None:
    """Key first, then password; a server may ask for both. No agent and no key files of this machine are used."""
    tried = False
    for name, value in (("key", login.private_key), ("password", login.password)):
        if not value:
            continue
        tried = True
        try:
            if name == "key":
                transport.auth_publickey(login.username, read_private_key(value))
            else:
                transport.auth_password(login.username, value)
        except paramiko.AuthenticationException as error:
            # paramiko says the same when the server hangs up or is silent: that is no refusal.
            if not transport.is_active() or "timeout" in str(error).lower():
                raise EOFError from None
        except (ValueError, TypeError):
            raise ChannelError(Outcome.AUTH, BAD_KEY) from None
        if transport.is_authenticated():
            return
    raise ChannelError(Outcome.AUTH, REFUSED if tried else NO_LOGIN)


def _start_sftp(transport: paramiko.Transport, login: Login) -> paramiko.SFTPClient:
    channel = transport.open_session(timeout=LOGIN_SECONDS)
    channel.settimeout(login.answer_seconds)
    try:
        channel.invoke_subsystem("sftp")
        return paramiko.SFTPClient(channel)
    except paramiko.SSHException:
        if not transport.is_active():
            raise
        raise ChannelError(Outcome.PERMANENT, NO_SFTP) from None


def _meaning(error: Exception, folder: Folder | None) -> ChannelError:
    """What it means that paramiko raised ``error``. ``folder`` is None before the folder was open."""
    if folder is None:
        return ChannelError(Outcome.TRANSIENT, UNREACHABLE, vendor_code=type(error).__name__)
    code = getattr(error, "errno", None)
    if code == errno.ENOENT:
        return ChannelError(Outcome.PERMANENT, NO_FOLDER, vendor_code="SSH_FX_NO_SUCH_FILE")
    if code == errno.EACCES:
        return ChannelError(Outcome.PERMANENT, NOT_ALLOWED, vendor_code="SSH_FX_PERMISSION_DENIED")
    is_answer = isinstance(error, OSError) and code is None and not isinstance(error, TimeoutError)
    if is_answer and not folder.is_closed:  # a status the protocol has no number for; a full disk above all
        return ChannelError(
            Outcome.THROTTLED, FULL, vendor_code="SSH_FX_FAILURE", vendor_words=str(error), retry_after=FULL_SECONDS
        )
    if folder.is_committing:
        return ChannelError(Outcome.UNKNOWN, UNCLEAR, vendor_code=type(error).__name__)
    return ChannelError(Outcome.TRANSIENT, CUT, vendor_code=type(error).__name__)
