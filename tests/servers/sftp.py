"""The real OpenSSH server on loopback, for SFTP only, with keys and a folder of its own.

    with real_sftp() as server:
        paramiko.Transport(("127.0.0.1", server.port))

Needs the package openssh-server. The user is whoever runs the tests. Everything is in one temporary folder; as root
OpenSSH also wants the empty folder /run/sshd, which is made if it is missing.
"""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_SECONDS = 20.0

_CONFIG = """Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/authorized_keys
PidFile none
UsePAM no
StrictModes no
PubkeyAuthentication yes
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
ForceCommand internal-sftp{options}
DisableForwarding yes
"""


def make_key(path: Path) -> str:
    """A new Ed25519 key pair at ``path``; returns the public line, without comment."""
    for old in (path, path.with_name(path.name + ".pub")):
        old.unlink(missing_ok=True)
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(path)], check=True)
    return " ".join(path.with_name(path.name + ".pub").read_text().split()[:2])


class RealSftp:
    """A running sshd. ``inbox`` is the folder on disk, ``private_key`` the text of the key that may log in."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.username = getpass.getuser()
        self.inbox = folder / "incoming"
        self.inbox.mkdir()
        (folder / "authorized_keys").write_text(make_key(folder / "client_key") + "\n")
        self.private_key = (folder / "client_key").read_text()
        self.host_key_line = make_key(folder / "host_key")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            self.port: int = taken.getsockname()[1]
        self.program: subprocess.Popen[bytes] | None = None

    def start(self, *, read_only: bool = False) -> None:
        """Starts it and waits until it answers. Raises RuntimeError with sshd's own words."""
        config = self.folder / "sshd_config"
        options = " -R" if read_only else ""
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
        log = self.folder / "log"
        sshd = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "/usr/sbin/sshd"
        wanted = _CONFIG.format(port=self.port, folder=self.folder, options=options)
        # Since 9.8 sshd shuts out who fails to log in, which is what some tests do; older ones do not know the word.
        for text in (wanted + "PerSourcePenalties no\n", wanted):
            config.write_text(text)
            if subprocess.run([sshd, "-t", "-f", str(config)], capture_output=True).returncode == 0:
                break
        self.program = subprocess.Popen([sshd, "-D", "-f", str(config), "-E", str(log)])
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.program.poll() is None:
            try:
                with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
                    if connection.recv(4) == b"SSH-":
                        return
            except OSError:
                time.sleep(0.05)
        self.stop()
        raise RuntimeError(f"sshd did not start: {log.read_text() if log.exists() else ''}")

    def stop(self) -> None:
        """Ends the server; sessions that are open end with their clients."""
        if self.program:
            self.program.terminate()
            self.program.wait(10)
            self.program = None

    def restart(self, *, read_only: bool = False) -> None:
        """Starts it again, perhaps so that nobody may write."""
        self.stop()
        self.start(read_only=read_only)

    def change_host_key(self) -> str:
        """Gives the server another identity, as an attacker in between would have; returns its public line."""
        line = make_key(self.folder / "host_key")
        self.restart()
        return line

    def names(self) -> list[str]:
        """Every name in the inbox, hidden ones included."""
        return sorted(path.name for path in self.inbox.iterdir())

    def clear(self) -> None:
        """Empties the inbox."""
        for path in self.inbox.iterdir():
            path.unlink()


@contextmanager
def real_sftp() -> Iterator[RealSftp]:
    """The server, running; stopped and gone at the end."""
    with tempfile.TemporaryDirectory(prefix="sftp-") as name:
        server = RealSftp(Path(name))
        server.start()
        try:
            yield server
        finally:
            server.stop()
