"""The newspaper's library of pictures: /wp/v2/media as WordPress 6.1.9 answers it, and the files themselves.

Left out: sizes, documents and films, editing, pictures that belong to a post.
"""

from __future__ import annotations

import base64
import email
import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.message import Message
from typing import TYPE_CHECKING, Any

from publishing.sandbox.server import Reply, Request

if TYPE_CHECKING:
    from publishing.sandbox.wordpress import WordPressSandbox

SIGNS = {
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
}
EXTENSIONS = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "gif": "image/gif", "webp": "image/webp"}
FORBIDDEN = "Sorry, you are not allowed to upload this file type."

User = tuple[str, set[str]]
Refuse = Callable[..., Exception]


class Library:
    """The pictures of ``site``; ``most_bytes`` is what its server takes (413 beyond, from the web server in front)."""

    def __init__(self, site: WordPressSandbox, refused: Refuse, most_bytes: int = 8_000_000) -> None:
        self.site, self.refused, self.most_bytes = site, refused, most_bytes

    @property
    def pictures(self) -> dict[str, Any]:
        """By number, as text."""
        kept: dict[str, Any] = self.site.kept.setdefault("media", {})
        return kept

    def list(self, request: Request) -> Reply:
        """Anybody may read it: pictures that belong to no post are public."""
        slugs = request.query["slug"].split(",") if request.query.get("slug") else None
        found = [one for one in reversed(self.pictures.values()) if slugs is None or one["slug"] in slugs]
        totals = {"X-WP-Total": str(len(found)), "X-WP-TotalPages": str(-(-len(found) // 10))}
        return Reply(200, [self._shown(one, is_edit=False) for one in found], totals)

    def create(self, request: Request, user: User) -> Reply:
        """One file as multipart, or as a body of its own with a disposition."""
        name, may = user
        if "upload_files" not in may:  # whom the words are about is not told apart
            words = "Sorry, you are not allowed to create posts as this user."
            raise self.refused(403 if name else 401, "rest_cannot_create", words)
        fields, file_name, body = self._parts(request)
        extension = file_name.rpartition(".")[2].lower()
        content_type = EXTENSIONS.get(extension, "")
        if not content_type or not body.startswith(SIGNS[content_type]):
            code = "rest_upload_unknown_error" if "multipart" in _type(request) else "rest_upload_sideload_error"
            raise self.refused(500, code, FORBIDDEN)
        now = datetime.now(UTC)
        path = self._path(f"/wp-content/uploads/{now:%Y/%m}/{file_name[: -len(extension) - 1]}", extension)
        title = fields.get("title") or path.rpartition("/")[2].rpartition(".")[0]
        number = self.site.kept["next"]
        self.site.kept["next"] += 1
        made = {
            "id": number,
            "slug": self._free(self.site.slug_of(fields.get("slug") or title)),
            "title": title,
            "alt_text": re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", fields.get("alt_text", ""))).strip(),
            "caption": self.site.filtered(fields.get("caption", "")),
            "mime_type": content_type,
            "author": name,
            "path": path,
            "body": base64.b64encode(body).decode(),
        }
        self.pictures[str(number)] = made
        place = {"Location": f"{self.site.url}/wp-json/wp/v2/media/{number}"}
        return Reply(201, self._shown(made, is_edit=True), place)

    def one(self, request: Request, user: User, number: str, method: str) -> Reply:
        """Reading, and deleting for good: there is no bin for pictures."""
        found = self.pictures.get(number)
        if method not in {"GET", "DELETE"}:
            raise self.refused(404, "rest_no_route", "No route was found matching the URL and request method.")
        if found is None:
            raise self.refused(404, "rest_post_invalid_id", "Invalid post ID.")
        if method == "GET":
            return Reply(200, self._shown(found, is_edit=False))
        name, may = user
        if "delete_posts" not in may or (found["author"] != name and "delete_others_posts" not in may):
            words = "Sorry, you are not allowed to delete this post."
            raise self.refused(403 if name else 401, "rest_cannot_delete", words)
        if request.query.get("force") != "true":
            words = "The post does not support trashing. Set 'force=true' to delete."
            raise self.refused(501, "rest_trash_not_supported", words)
        del self.pictures[number]
        return Reply(200, {"deleted": True, "previous": self._shown(found, is_edit=True)})

    def file(self, path: str) -> Reply | None:
        """The file itself, as readers get it."""
        for one in self.pictures.values():
            if one["path"] == path:
                return Reply(200, base64.b64decode(one["body"]), content_type=one["mime_type"])
        return None

    def _shown(self, one: dict[str, Any], is_edit: bool) -> dict[str, Any]:
        shown = {name: one[name] for name in ("id", "slug", "alt_text", "mime_type")}
        shown |= {"status": "inherit", "type": "attachment", "media_type": "image", "post": None, "meta": []}
        shown |= {"comment_status": "open", "ping_status": "closed"}
        for name in ("title", "caption"):
            shown[name] = {"rendered": one[name]} | ({"raw": one[name]} if is_edit else {})
        return shown | {"source_url": self.site.url + one["path"], "link": f"{self.site.url}/{one['slug']}/"}

    def _parts(self, request: Request) -> tuple[dict[str, str], str, bytes]:
        """(fields, file name, bytes)"""
        fields = {name: value for name, value in request.query.items() if name not in {"rest_route", "_fields"}}
        if "multipart/form-data" in _type(request):
            whole = email.message_from_bytes(f"Content-Type: {_type(request)}\r\n\r\n".encode() + request.body)
            file: Message | None = None
            for part in whole.get_payload():
                assert isinstance(part, Message)
                if part.get_filename():
                    file = part
                else:
                    fields[str(part.get_param("name", header="content-disposition"))] = _payload(part).decode()
            if file is not None:
                return fields, str(file.get_filename()), _payload(file)
        if not request.body:
            raise self.refused(400, "rest_upload_no_data", "No data supplied.")
        found = re.search(r'filename="([^"]+)"', str(request.headers.get("Content-Disposition", "")))
        if not found:
            raise self.refused(400, "rest_upload_no_content_disposition", "No Content-Disposition supplied.")
        return fields, found[1], request.body

    def _free(self, wanted: str) -> str:
        """A picture's name is unique among everything."""
        taken = {one["slug"] for one in [*self.pictures.values(), *self.site.kept["posts"].values()]}
        return next(name for name in [wanted, *(f"{wanted}-{count}" for count in range(2, 999))] if name not in taken)

    def _path(self, stem: str, extension: str) -> str:
        taken = {one["path"] for one in self.pictures.values()}
        paths = [f"{stem}.{extension}", *(f"{stem}-{count}.{extension}" for count in range(1, 999))]
        return next(path for path in paths if path not in taken)


def _type(request: Request) -> str:
    return str(request.headers.get("Content-Type", ""))


def _payload(part: Message) -> bytes:
    return bytes(part.get_payload(decode=True) or b"")  # type: ignore[arg-type]
