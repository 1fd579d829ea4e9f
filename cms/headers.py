"""What browsers are told about every answer: where scripts, styles and pictures may come from, who may frame it, and more.

A library was considered (django-csp), and is not used: it knows one policy for a whole site, and we have two that share
nothing, and Django 6 brings its own. A view that sets a policy itself keeps it.

Wagtail's admin starts its widgets by small scripts inside the page. They are turned into data here, and
``templates/static/cms/start.js`` starts what they name, if it is a widget: so the admin too runs no script that stands in a
page. What remains is said in docs/security.md.
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.deprecation import MiddlewareMixin

_SHARED = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "media-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
}
PUBLIC = _SHARED | {"frame-ancestors": "'none'"}
# Previews are frames of ours; what is chosen for an upload is shown from the browser's own memory; React and the editor set
# styles on elements. Pictures of posts have the public address, which need not be that of the admin.
ADMIN = _SHARED | {
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob: {base_url}",
    "media-src": "'self' blob: {base_url}",
    "frame-src": "'self'",
    "frame-ancestors": "'self'",
}
# Beginnings of names of URLs. Forms that end at a vendor, where an account is connected: Chromium holds redirects against
# the policy too.
LEAVES = ("publishing_channel",)
# The log-in, if there is an identity provider: its page may be at another address than the one that is set.
LOG_IN = "account_login"
# Pages of other packages with scripts of their own inside; the last stands in for Wagtail's own page of editing, and is known
# by an element that no text of anybody's can make.
WITH_SCRIPTS = ("wagtailmedia:", "wagtail_localize:")
_EDITOR_OF_STRINGS = b'<div class="js-translation-editor"'

FEATURES = ", ".join(
    f"{name}=()"
    for name in (
        "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid",
        "magnetometer", "microphone", "midi", "payment", "serial", "usb", "xr-spatial-tracking",
    )
)  # fmt: skip
_SCRIPT, _DATA = b"<script>", b"<script type='text/x-start'>"


def policy(rules: dict[str, str]) -> str:
    return "; ".join(f"{name} {value}" for name, value in rules.items()).format(base_url=settings.BASE_URL)


def _rules(is_admin: bool, view_name: str, has_scripts: bool) -> dict[str, str]:
    if not is_admin:
        return PUBLIC
    rules = dict(ADMIN)
    if view_name.startswith(LEAVES):
        rules["form-action"] = "*"
    if view_name == LOG_IN and settings.OIDC_SERVER:
        provider = urlsplit(settings.OIDC_SERVER)
        rules["form-action"] = f"'self' https: {provider.scheme}://{provider.netloc}"
    if has_scripts:
        rules["script-src"] = "'self' 'unsafe-inline'"
    return rules


def _has_scripts(response: Any, view_name: str) -> bool:
    is_page = view_name == "wagtailadmin_pages:edit" and not response.streaming
    return view_name.startswith(WITH_SCRIPTS) or (is_page and _EDITOR_OF_STRINGS in response.content)


def _scripts_as_data(response: Any) -> None:
    kind = response.get("Content-Type", "")
    if response.streaming or not kind.startswith(("text/html", "application/json")):
        return
    if _SCRIPT in response.content:
        response.content = response.content.replace(_SCRIPT, _DATA)
        if response.has_header("Content-Length"):
            response["Content-Length"] = str(len(response.content))


class HeadersMiddleware(MiddlewareMixin):
    """Sees every answer, files included; none of its headers replaces one that a view set."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        match = request.resolver_match
        is_admin = match is not None and match.route.startswith("admin/")
        name = match.view_name if match else ""
        has_scripts = is_admin and _has_scripts(response, name)
        # What the interface of the admin says is read by programs, and hands on texts as they were written.
        if is_admin and not has_scripts and not name.startswith("wagtailadmin_api:"):
            _scripts_as_data(response)
        response.headers.setdefault("Content-Security-Policy", policy(_rules(is_admin, name, has_scripts)))
        response.headers.setdefault("Permissions-Policy", FEATURES)
        # What is public may be shown anywhere; what is in the admin is fetched by the admin alone.
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin" if is_admin else "cross-origin")
        return response
