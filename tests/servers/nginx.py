"""A real nginx with the project's own configuration in front of a site, on a loopback port."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from tests.servers.local import answers, free_port, program, stop, wait_until

ROOT = Path(__file__).resolve().parent.parent.parent
TEMPLATES = ROOT / "deploy" / "nginx"


def filled(name: str, **places: object) -> str:
    """A file of deploy/nginx with its placeholders replaced."""
    text = (TEMPLATES / name).read_text()
    for place, value in places.items():
        text = text.replace(f"@{place}@", str(value))
    return text


@contextmanager
def nginx(
    folder: Path, app_port: int | Sequence[int], data: Path, port: int = 0, more: str = "", workers: int = 1
) -> Iterator[int]:
    """nginx in front of ``app_port``, one or several; yields its port. ``data`` is the site's DATA_DIR, ``more`` goes into
    http."""
    port = port or free_port()
    folder.mkdir(parents=True, exist_ok=True)
    user = "user root;" if os.geteuid() == 0 else ""  # else its workers may not look into a test's folders
    apps = [f"127.0.0.1:{one}" for one in ([app_port] if isinstance(app_port, int) else app_port)]
    servers = " max_fails=0; server ".join(apps)  # as deploy/install has it: a line for each
    (folder / "pages.conf").write_text(filled("pages.conf", CACHE_DIR=folder / "cache", APP=servers))
    (folder / "locations.conf").write_text(filled("locations.conf", DATA_DIR=data))
    (folder / "nginx.conf").write_text(
        f"""{user}
include {TEMPLATES}/process.conf; daemon off; worker_processes {workers}; pid {folder}/pid; error_log {folder}/error.log;
events {{ worker_connections 8192; }}
http {{
    include /etc/nginx/mime.types; access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    include {folder}/pages.conf;
    server {{ listen 127.0.0.1:{port}; include {folder}/locations.conf; }}
    {more}
}}
"""
    )
    process = subprocess.Popen([program("nginx"), "-p", folder, "-c", folder / "nginx.conf"])
    try:
        wait_until(lambda: answers(port) or process.poll() is not None, 10, "nginx")
        yield port
    finally:
        stop(process)
        shutil.rmtree(folder, ignore_errors=True)
