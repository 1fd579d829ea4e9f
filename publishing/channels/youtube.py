"""Films on a YouTube channel over the Data API: uploaded, found again, their text corrected, taken back.

Source: developers.google.com/youtube/v3 (videos, playlistItems, thumbnails, errors, resumable uploads).

The marker is the ``utm_id`` of the link in the description, which stays there through corrections. Within one call a
broken upload is settled with its session (youtube_upload.py); after that, by the list of the channel's uploads.
The film itself cannot be exchanged at YouTube: a correction changes what is written with it.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote, urlsplit

from django.utils.translation import gettext_noop as _

from publishing.channels import frame, own_files, tokens
from publishing.channels import youtube_errors as errors
from publishing.channels import youtube_text as text
from publishing.channels.base import Adapter, ChannelError, ChannelForm, Consent, Expired, Outcome, Probe, Problem
from publishing.channels.http import Answer, NoAnswer, NotSent
from publishing.channels.youtube_access import renewed, scrubbed
from publishing.channels.youtube_consent import YouTubeConsent
from publishing.channels.youtube_form import API, OAUTH, YouTubeForm
from publishing.channels.youtube_upload import UPLOAD_SECONDS, Film, Upload
from publishing.story import Action, Post, Receipt, Story, Way

FIND_DAYS = 7
FIND_PAGES = 4
PICTURE_BYTES = 2 * 1024 * 1024
# What an update overwrites: a field of a part that is not sent along is cleared.
SNIPPET = ("title", "description", "tags", "categoryId", "defaultLanguage")
STATUS = ("privacyStatus", "license", "embeddable", "publicStatsViewable", "selfDeclaredMadeForKids")
STATISTICS = {"views": "viewCount", "reactions": "likeCount", "comments": "commentCount"}


class YouTube(Adapter):
    """A channel of ``owner``: the story's film with verdict, link and wording. ``pause`` waits between two looks."""

    kind: ClassVar[str] = "youtube"
    label: ClassVar[str] = _("YouTube channel")
    nature: ClassVar[str] = _("video platform")
    Form: ClassVar[type[ChannelForm]] = YouTubeForm
    secrets: ClassVar[tuple[str, ...]] = ("client_secret", "refresh_token")
    consent: ClassVar[type[Consent]] = YouTubeConsent
    text_limit: ClassVar[int] = text.DESCRIPTION_BYTES
    counts: ClassVar[str] = "bytes"
    wording_label: ClassVar[str] = _("Description")
    finds: ClassVar[bool] = True
    settle_seconds: ClassVar[int] = 300  # the list of uploads may lag behind
    longest_call: ClassVar[float] = UPLOAD_SECONDS + 120
    max_in_flight: ClassVar[int] = 1
    measures: ClassVar[tuple[str, ...]] = ("views", "reactions", "comments")
    pause: Callable[[float], None] = staticmethod(time.sleep)

    def wording(self, story: Story, action: Action = Action.POST) -> str:
        """The short answer; for a retraction only that the film no longer stands."""
        return text.lead(story, action)

    def render(self, story: Story, action: Action, marker: str, wording: str = "") -> Post:
        """Title, and a description that begins with what was corrected, the verdict and the link."""
        link = frame.marked(story.url, marker)
        said = wording.strip() or self.wording(story, action)
        return Post(
            text=text.description(story, action, link, said, self.owner),
            title=text.title(story),
            link=link,
            videos=story.videos[:1],
            images=tuple(video.poster for video in story.videos[:1] if video.poster),
            extra={"tags": text.tags(story), "language": story.language, "is_film": action == Action.POST},
        )

    def length(self, text: str) -> int:
        """In bytes."""
        return len(text.encode())

    def problems(self, post: Post) -> list[Problem]:
        """Too long, or without a film. What is out is corrected and taken back without one, too."""
        is_missing = post.extra.get("is_film") and not post.videos
        return super().problems(post) + ([Problem(errors.NO_FILM)] if is_missing else [])

    def way(self, action: Action) -> Way:
        """A correction changes the description; a retraction takes the film from the public, as configured."""
        return {Action.POST: Way.SEND, Action.CORRECT: Way.EDIT}.get(action, Way.DELETE)

    def send(self, post: Post, marker: str) -> Receipt:
        """Uploads the film. UNKNOWN only if its last byte was sent and nobody knows what became of it."""
        if not post.videos:
            self.fail(Outcome.PERMANENT, errors.NO_FILM)
        with Film(self.http, post.videos[0].url) as film:
            session = self._session(post, film.total)
            headers = {"Authorization": f"Bearer {self.secret.get('access_token', '')}"}
            made = Upload(self.http, session, headers, self._refusal, self.pause).carry(film).json
        try:
            self._set_picture(made["id"], post)
            return self._published(made)
        except ChannelError as error:
            # It is on the channel: whatever is amiss, find() sees it and says so in time.
            raise ChannelError(Outcome.UNKNOWN, error.words, vendor_words=error.vendor_words) from None

    def find(self, post: Post, marker: str) -> Receipt | None:
        """Reads back the uploads of a week, and finishes what a broken-off send has begun."""
        oldest = datetime.now(UTC) - timedelta(days=FIND_DAYS)
        asked = {"part": "contentDetails", "playlistId": self._uploads(), "maxResults": "50"}
        for _page in range(FIND_PAGES):
            try:
                page = self._call("GET", "playlistItems", asked)
            except ChannelError as error:
                if error.vendor_code == "playlistNotFound":
                    return None  # a channel without any film
                raise
            ids = [str(item.get("contentDetails", {}).get("videoId")) for item in page.get("items", [])]
            films = self._films(ids, "snippet,status")
            for film in films:
                if marker in frame.markers_in(str(film["snippet"].get("description"))):
                    return self._published(film)
            if not page.get("nextPageToken") or (films and all(_published_at(film) < oldest for film in films)):
                return None
            asked["pageToken"] = str(page["nextPageToken"])
        raise ChannelError(Outcome.UNKNOWN, errors.TOO_MANY)

    def edit(self, receipt: Receipt, post: Post, marker: str) -> Receipt:
        """Replaces title, description and tags, and keeps everything else that is said of the film."""
        rendered_with = next(iter(frame.markers_in(post.link)), marker)
        said = post.text.replace(f"utm_id={rendered_with}", f"utm_id={marker}")
        self._change(receipt.remote_id, "snippet", title=post.title, description=said, tags=post.extra["tags"])
        return receipt

    def delete(self, receipt: Receipt) -> None:
        """Makes the film private or deletes it, as configured. Gone already is success."""
        try:
            if self.config.get("on_retraction") == "delete":
                self._call("DELETE", "videos", {"id": receipt.remote_id})
            else:
                self._change(receipt.remote_id, "status", privacyStatus="private")
        except ChannelError as error:
            if error.words != errors.GONE:
                raise

    def metrics(self, receipt: Receipt) -> dict[str, int]:
        """Views, likes and comments; an owner may hide the last two, and then YouTube does not tell them."""
        films = self._films([receipt.remote_id], "statistics")
        if not films:
            self.fail(Outcome.PERMANENT, errors.GONE)
        told = films[0].get("statistics", {})
        counted = {name: str(told.get(field, "")) for name, field in STATISTICS.items()}
        return {name: int(number) for name, number in counted.items() if number.isdecimal()}

    def expires_at(self) -> datetime | None:
        """When the access token runs out; long ago if there is only a refresh token yet."""
        return tokens.runs_out_at(self.secret)

    def refresh(self) -> dict[str, str]:
        """A new access token. The refresh token stays good, so an answer that was lost costs nothing."""
        base = str(self.config.get("oauth_base") or OAUTH)
        return renewed(self.http, base, str(self.config.get("client_id", "")), self.secret)

    def probe(self) -> Probe:
        """Reads the name of the channel that the access is for."""
        return Probe(str(self._channel("snippet").get("snippet", {}).get("title") or _("YouTube channel")))

    # Parts of a call -----------------------------------------------------------------------------------------

    def _session(self, post: Post, size: int) -> str:
        """The address of a new upload session. Nothing is out until its last byte has come."""
        is_private = self.config.get("publishing") == "when_whole"
        film = {
            "snippet": {
                "title": post.title,
                "description": post.text,
                "tags": post.extra["tags"],
                "categoryId": str(self.config.get("category_id") or "25"),
                "defaultLanguage": post.extra["language"],
            },
            "status": {
                "privacyStatus": "private" if is_private else "public",
                "license": str(self.config.get("license") or "youtube"),
                "embeddable": True,
                "selfDeclaredMadeForKids": False,
            },
        }
        headers = {"X-Upload-Content-Length": str(size), "X-Upload-Content-Type": post.videos[0].content_type}
        asked = {"uploadType": "resumable", "part": "snippet,status"}
        answer = self._answer("POST", "/upload/youtube/v3/videos", params=asked, headers=headers, json=film)
        session = str(answer.headers.get("Location", ""))
        if answer.status != 200 or not self._is_of_youtube(session):
            raise self._refusal(answer)
        return session

    def _is_of_youtube(self, url: str) -> bool:
        """Whether our token may go there."""
        ours, told = urlsplit(self._base), urlsplit(url)
        is_google = told.scheme == "https" and (told.hostname or "").endswith(".googleapis.com")
        return (ours.scheme, ours.netloc) == (told.scheme, told.netloc) or is_google

    def _set_picture(self, film_id: str, post: Post) -> None:
        """The film's own picture, if there is one that YouTube takes. Without it the film is out all the same."""
        for image in post.images:
            try:
                picture, kind = own_files.picture(self.http, image.url, PICTURE_BYTES)
                if kind in {"image/jpeg", "image/png"}:
                    asked = {"videoId": film_id, "uploadType": "media"}
                    path = "/upload/youtube/v3/thumbnails/set"
                    self._answer("POST", path, params=asked, headers={"Content-Type": kind}, data=io.BytesIO(picture))
            except (NotSent, NoAnswer, ChannelError):
                pass

    def _published(self, film: Mapping[str, Any]) -> Receipt:
        """The receipt of a film that is on the channel, made public if that is what is left to do."""
        status = film.get("status", {})
        if status.get("uploadStatus") in {"failed", "rejected", "deleted"}:
            self.fail(Outcome.PERMANENT, errors.REJECTED, vendor_code=str(status.get("rejectionReason", "")))
        if status.get("privacyStatus") == "private" and self.config.get("publishing") == "when_whole":
            status = self._change(str(film["id"]), "status", privacyStatus="public").get("status", {})
        if status.get("privacyStatus") != "public":
            self.fail(Outcome.PERMANENT, errors.LOCKED)
        host = "https://www.youtube.com" if self._base == API else self._base
        return Receipt(str(film["id"]), f"{host}/watch?v={quote(str(film['id']), safe='')}")

    def _change(self, film_id: str, part: str, **changes: Any) -> dict[str, Any]:
        """Changes single fields of a part, and sends the others of that part back as they are."""
        films = self._films([film_id], part)
        if not films:
            self.fail(Outcome.PERMANENT, errors.GONE)
        kept = {"snippet": SNIPPET, "status": STATUS}[part]
        now = {name: value for name, value in films[0][part].items() if name in kept}
        return self._call("PUT", "videos", {"part": part}, json={"id": film_id, part: now | changes})

    def _films(self, ids: list[str], part: str) -> list[dict[str, Any]]:
        listed = self._call("GET", "videos", {"part": part, "id": ",".join(ids)}).get("items") if ids else []
        if not isinstance(listed, list):
            self.fail(Outcome.TRANSIENT, errors.UNCLEAR, http_status=200)  # "no list" is not "no such film"
        return listed

    def _channel(self, part: str) -> dict[str, Any]:
        listed = self._call("GET", "channels", {"part": part, "mine": "true"}).get("items")
        if not listed:
            self.fail(Outcome.AUTH, errors.NO_CHANNEL)
        return dict(listed[0])

    def _uploads(self) -> str:
        return str(self._channel("contentDetails")["contentDetails"]["relatedPlaylists"]["uploads"])

    @property
    def _base(self) -> str:
        return str(self.config.get("api_base") or API)

    def _call(self, method: str, path: str, params: Mapping[str, str], **options: Any) -> dict[str, Any]:
        """The JSON object of a success; {} for an empty one. Raises ChannelError."""
        answer = self._answer(method, f"/youtube/v3/{path}", params=dict(params), **options)
        if answer.status == 204:
            return {}
        if answer.status != 200 or not isinstance(answer.json, dict):
            raise self._refusal(answer)
        return answer.json

    def _answer(self, method: str, path: str, **options: Any) -> Answer:
        """Any answer. None of these calls puts a film out, so all that went wrong may be tried again."""
        headers = {"Authorization": f"Bearer {self.secret.get('access_token', '')}"} | options.pop("headers", {})
        try:
            return self.http.call(method, f"{self._base}{path}", headers=headers, **options)
        except NotSent:
            raise ChannelError(Outcome.TRANSIENT, errors.UNREACHABLE) from None
        except NoAnswer:
            raise ChannelError(Outcome.TRANSIENT, errors.UNCLEAR) from None

    def _refusal(self, answer: Answer) -> ChannelError:
        """What an error body means. Decides on the reason, never on YouTube's words."""
        told = answer.json.get("error") if isinstance(answer.json, dict) else None
        told = told if isinstance(told, dict) else {}
        listed = told.get("errors") or [{}]
        reason = str(listed[0].get("reason", "")) if isinstance(listed[0], dict) else ""
        outcome, words = errors.meaning(reason, answer.status if told else 500)
        more: dict[str, Any] = {
            "vendor_code": reason,
            "vendor_words": scrubbed(str(told.get("message") or answer.text[:500]), self.secret),
            "http_status": answer.status,
        }
        if outcome == errors.EXPIRED:
            return Expired(words, **more)
        known = Outcome.TRANSIENT if outcome == errors.DOUBT else Outcome(outcome)
        return ChannelError(known, words, retry_after=errors.wait_seconds(words, datetime.now(UTC)), **more)


def _published_at(film: Mapping[str, Any]) -> datetime:
    """The time of a listed film; one that cannot be read counts as new."""
    try:
        return datetime.fromisoformat(str(film["snippet"]["publishedAt"])).astimezone(UTC)
    except (KeyError, ValueError):
        return datetime.now(UTC)
