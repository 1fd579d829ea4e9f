"""Servers for the tests of this folder, started once for all: the real OpenSSH, its folder empty for each, and our site."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.publishing.public_files import PublicFiles
from tests.servers.sftp import RealSftp, real_sftp


@pytest.fixture(scope="session")
def our_site() -> Iterator[PublicFiles]:
    """Our own site, as far as channels fetch from it."""
    running = PublicFiles()
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def openssh() -> Iterator[RealSftp]:
    with real_sftp() as made:
        yield made


@pytest.fixture
def server(openssh: RealSftp) -> RealSftp:
    """Running, with an empty inbox and the key it has now."""
    openssh.clear()
    return openssh
