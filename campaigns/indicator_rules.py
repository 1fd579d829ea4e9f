"""What an indicator of each kind may be, how it is compared, and how the public sees it. Pure, but for the settings.

Never listed: somebody's account, the office's and the state's own addresses and numbers, and whole platforms that
everybody uses.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.indicators import Indicator
from cms import personal_data
from cms.incidents import names_an_account

Kind = Indicator.Kind

# Only an address on one of these can be listed, never all of it.
PLATFORMS = frozenset(
    "facebook.com fb.com instagram.com tiktok.com youtube.com youtu.be x.com twitter.com t.me zalo.me google.com "
    "docs.google.com drive.google.com sites.google.com forms.gle play.google.com apps.apple.com github.com "
    "wordpress.com blogspot.com bit.ly tinyurl.com shopee.vn lazada.vn".split()
)
SOMEBODYS = _("This leads to somebody’s account. We list what a scam uses, never a person: please leave it out.")


class NotListed(ValueError):
    """The value cannot be an indicator of its kind; ``words`` say why."""

    def __init__(self, words: str | Promise) -> None:
        super().__init__(words)
        self.words = words


def plain(value: str) -> str:
    """As it was before somebody made it harmless: hxxps://a[.]b becomes https://a.b."""
    value = unicodedata.normalize("NFC", value).strip()
    value = re.sub(r"^hxxp", "http", value, flags=re.IGNORECASE)
    return re.sub(r"\s*[\[({](?:\.|dot)[\])}]\s*", ".", value, flags=re.IGNORECASE).replace("[:]", ":")


def _is_below(host: str, names: Iterable[str]) -> bool:
    return any(host == name or host.endswith(f".{name}") for name in names)


def _host_of(url: str) -> str:
    return (urlsplit(url if "//" in url else f"//{url}").hostname or "").removeprefix("www.")


def _web(value: str, known: Iterable[str]) -> str:
    value = plain(value)
    try:
        parts = urlsplit(value if re.match(r"https?://", value, re.IGNORECASE) else f"http://{value}")
        host = (parts.hostname or "").encode("idna").decode().removeprefix("www.")
        port = parts.port
    except (ValueError, UnicodeError) as wrong:
        raise NotListed(_("This is not the address of a site. It looks like example.top/page")) from wrong
    if not re.fullmatch(r"(?:[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z0-9-]{1,63}", host) or parts.username:
        raise NotListed(_("This is not the address of a site. It looks like example.top/page"))
    ours = [_host_of(settings.BASE_URL), *settings.NEVER_LISTED, *(_host_of(one) for one in known if "." in one)]
    if _is_below(host, filter(None, ours)):
        raise NotListed(_("This address belongs to the office, to the state, or to a body people should report to."))
    path = parts.path.rstrip("/")
    if names_an_account(f"https://{host}{parts.path}" + (f"?{parts.query}" if parts.query else "")):
        raise NotListed(SOMEBODYS)
    if host in PLATFORMS and not path:
        raise NotListed(_("A platform that everybody uses is not listed as a whole. Please give the exact address."))
    # What comes after a question mark may belong to the one who was sent it.
    return host + (f":{port}" if port else "") + path


def digits(value: str) -> str:
    """A telephone number as it is dialled in the country, from any way of writing it; foreign ones with their plus."""
    bare = re.sub(r"[\s.\-–()]", "", plain(value))
    return re.sub(r"^(?:\+84|0084|84(?=\d{9,10}$))", "0", bare)


def _phone(value: str, known: Iterable[str]) -> str:
    number = digits(value)
    if not re.fullmatch(r"0\d{8,10}|1[89]00\d{4,6}|\+\d{8,15}", number):
        raise NotListed(_("This is not a telephone number. Short numbers are public services and are never listed."))
    if number in {digits(one) for one in known}:
        raise NotListed(_("This is a published number of the office, or of a body people should report to."))
    return number


def _name(value: str, known: Iterable[str]) -> str:
    name = " ".join(plain(value).split())
    if not 3 <= len(name) <= 80:
        raise NotListed(_("Please give the name as it is shown, with 3 to 80 characters."))
    if re.search(r"[/@]|https?:|\.(?:com|net|vn)\b", name, re.IGNORECASE) or personal_data.find(name):
        raise NotListed(SOMEBODYS)
    return name.casefold()


def _sender(value: str, known: Iterable[str]) -> str:
    name = re.sub(r"\s+", "", plain(value))
    if not re.fullmatch(r"[\w.&+-]{3,20}", name) or not re.search(r"[^\W\d_]", name):
        raise NotListed(_("The name of an SMS sender has 3 to 20 letters and digits."))
    return name.casefold()


def defanged(value: str) -> str:
    """An address that nobody opens by mistake: hxxps://a[.]b/c. Nothing after a question mark is shown."""
    value = plain(value)
    scheme, rest = re.match(r"(?i)(https?://)?(.*)", value, re.DOTALL).groups()  # type: ignore[union-attr]
    rest = re.split(r"[?#]", rest)[0].rstrip("/")
    host, slash, path = rest.partition("/")
    return (scheme or "").lower().replace("http", "hxxp") + host.replace(".", "[.]") + slash + path


def covered(value: str) -> str:
    """A number with its first four and last two digits: 0912••••78. Enough to know it again, not to call it."""
    number = digits(value)
    bare = number.removeprefix("+")
    plus = "+" if bare != number else ""
    return plus + bare[:4] + "•" * max(0, len(bare) - 6) + bare[-2:]


@dataclass(frozen=True)
class Rule:
    """One kind. ``normal(value, known)`` gives what is compared or raises NotListed; ``known``: published numbers and
    addresses of public bodies. ``shown`` is what the public sees."""

    normal: Callable[[str, Iterable[str]], str]
    shown: Callable[[str], str]
    is_covered: bool


RULES = {
    Kind.WEB: Rule(_web, defanged, True),
    Kind.PHONE: Rule(_phone, covered, True),
    Kind.ACCOUNT: Rule(_name, lambda value: " ".join(value.split()), False),
    Kind.SENDER: Rule(_sender, lambda value: value.strip(), False),
}


def normal(kind: str, value: str, known: Iterable[str] = ()) -> str:
    """How ``value`` is compared. Raises NotListed."""
    return RULES[Kind(kind)].normal(value, list(known))


def shown(kind: str, value: str) -> str:
    """``value`` as the public sees it."""
    return RULES[Kind(kind)].shown(value)
