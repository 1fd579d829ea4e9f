"""What the HTTP stand-ins share: a loopback server, a request log without secrets, and fault switches.

Faults are queued by tests: ``POST /_sandbox/faults`` with a JSON list of {"fault": name, "method": "POST",
"path": prefix, "route": prefix of ``rest_route``}; each is used up by the first request that matches. Names understood here:

  drop_before   the connection is closed before the request is looked at (nothing is stored)
  drop_after    the request is carried out, then the connection is closed without an answer
  html_500      an HTML error page with status 500 instead of carrying it out
  html_200      an HTML page with status 200 instead of carrying it out
  slow          the request is carried out, and the answer comes 30 s later

Any other name is handed to the vendor class as ``request.fault``. ``GET /_sandbox/log`` returns what was asked.

People use the page ``/_sandbox/``: a form (urlencoded, ``fault=name``) queues one of ``switches`` for the next request
that publishes. Every page of a stand-in that people see links to it at its foot.
"""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlsplit

from publishing.sandbox import switches

SLOW_SECONDS = 30.0


@dataclass
class Request:
    """One request: ``query`` and headers as the client sent them, ``body`` raw, ``fault`` a vendor fault or ''."""

    method: str
    path: str
    query: dict[str, str]
    headers: Any
    body: bytes
    fault: str = ""


@dataclass
class Reply:
    """One answer. ``body`` may be a JSON value, text (HTML) or bytes."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = ""

    def encoded(self) -> tuple[bytes, str]:
        """(bytes, content type)"""
        if isinstance(self.body, bytes):
            return self.body, self.content_type or "application/octet-stream"
        if isinstance(self.body, str):
            return self.body.encode(), self.content_type or "text/html; charset=utf-8"
        return json.dumps(
            self.body, ensure_ascii=False
        ).encode(), self.content_type or "application/json; charset=UTF-8"


View = Callable[..., Reply]


class Sandbox:
    """A vendor's stand-in. Subclasses fill ``routes`` with (method, path regex, view); groups become arguments.

    ``delay`` seconds pass after a request is carried out and before its answer, as on a slow vendor.
    Views run one at a time under ``self.lock``.

    switches  the faults that people can switch on
    """

    switches: ClassVar[tuple[str, ...]] = switches.GENERAL

    secret_names: tuple[str, ...] = ("access_token", "password", "token", "appsecret_proof")

    def __init__(self, port: int = 0, delay: float = 0.0) -> None:
        self.lock = threading.RLock()
        self.delay = delay
        self.faults: list[dict[str, str]] = []
        self.log: list[dict[str, Any]] = []
        self.routes: list[tuple[str, re.Pattern[str], View]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", port), self._handler())
        self.server.daemon_threads = True
        self.port: int = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def route(self, method: str, pattern: str, view: View) -> None:
        """Adds a route; ``pattern`` must match the whole path."""
        self.routes.append((method, re.compile(pattern), view))

    def missing(self, request: Request) -> Reply:
        """The answer where no route matches; vendors word it their own way."""
        return Reply(404, {"error": "not found"})

    def met_by(self, fault: str) -> Mapping[str, str]:
        """Which request meets a fault that was switched on: {"method": …, "path": prefix, …}, a post by default."""
        return {"method": "POST"}

    def start(self) -> Sandbox:
        """Serves in a background thread until stop()."""
        threading.Thread(target=self.server.serve_forever, daemon=True, kwargs={"poll_interval": 0.05}).start()
        return self

    def stop(self) -> None:
        """Stops serving and closes the port."""
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: Request) -> Reply:
        """The vendor's answer to ``request``, faults apart."""
        for method, pattern, view in self.routes:
            match = pattern.fullmatch(request.path)
            if match and method == request.method:
                with self.lock:
                    return view(request, *match.groups())
        return self.missing(request)

    def _take_fault(self, request: Request) -> str:
        with self.lock:
            for place, fault in enumerate(self.faults):
                is_route = request.query.get("rest_route", "").startswith(fault.get("route", ""))
                is_path = request.path.startswith(fault.get("path", "/"))
                if fault.get("method", request.method) == request.method and is_path and is_route:
                    return self.faults.pop(place)["fault"]
        return ""

    def _control(self, request: Request) -> Reply:
        if request.path == "/_sandbox/faults" and request.method == "POST":
            with self.lock:
                self.faults.extend(json.loads(request.body))
            return Reply(200, {"faults": len(self.faults)})
        if request.path == "/_sandbox/":
            return self._switch(request)
        if request.path == "/_sandbox/log":
            with self.lock:
                return Reply(200, list(self.log))
        return Reply(404, {"error": "not found"})

    def _switch(self, request: Request) -> Reply:
        """The page for people, and what is pressed there."""
        policy = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'"}
        if request.method != "POST":
            with self.lock:
                waiting = [fault["fault"] for fault in self.faults]
            return Reply(200, switches.page(self.switches, waiting), policy)
        fault = parse_qs(request.body.decode("utf-8", "replace"), keep_blank_values=True).get("fault", ["?"])[-1]
        if fault and fault not in self.switches:
            return Reply(400, {"error": "no such switch"})
        with self.lock:
            if fault:
                self.faults.append({"fault": fault, **self.met_by(fault)})
            else:
                self.faults.clear()
        return Reply(303, "", {"Location": "/_sandbox/"})

    def _remember(self, request: Request, status: int) -> None:
        shown = request.body.decode("utf-8", "replace")
        for name in self.secret_names:
            shown = re.sub(rf"({name}[\"']?\s*[:=]\s*[\"']?)[^&\"'\s]+", r"\1[removed]", shown)
        query = {name: "[removed]" if name in self.secret_names else value for name, value in request.query.items()}
        with self.lock:
            self.log.append(
                {
                    "method": request.method,
                    "path": request.path,
                    "query": query,
                    "body": shown[:20_000],
                    "status": status,
                }
            )

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        sandbox = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle(self) -> None:
                with suppress(ConnectionResetError):  # a client may leave in the middle of a large file
                    super().handle()

            def _respond(self) -> None:
                parts = urlsplit(self.path)
                size = int(self.headers.get("Content-Length") or 0)
                query = {name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
                request = Request(self.command, unquote(parts.path), query, self.headers, self.rfile.read(size))
                if request.path.startswith("/_sandbox/"):
                    return self._write(sandbox._control(request))
                fault = sandbox._take_fault(request)
                if fault == "drop_before":
                    return self._drop()
                if fault in {"html_500", "html_200"}:
                    status = int(fault[-3:])
                    sandbox._remember(request, status)
                    return self._write(
                        Reply(status, "<!doctype html><title>Error</title><h1>Something went wrong</h1>")
                    )
                request.fault = fault
                reply = sandbox.answer(request)
                sandbox._remember(request, reply.status)
                if sandbox.delay:
                    time.sleep(sandbox.delay)
                if fault == "drop_after":
                    return self._drop()
                if fault == "slow":
                    time.sleep(SLOW_SECONDS)
                if request.method == "GET" and reply.status == 200 and isinstance(reply.body, str) and not fault:
                    reply.body = switches.linked(reply.body)
                return self._write(reply)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _respond

            def _drop(self) -> None:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)

            def _write(self, reply: Reply) -> None:
                body, content_type = reply.encoded()
                try:
                    self.send_response(reply.status)
                    self.send_header("Content-Type", content_type)
                    self.send_header("Content-Length", str(len(body)))
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(body)
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True  # the client gave up waiting or was killed: as in life

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet: the log is kept in memory, without secrets."""

        return Handler
