"""What is not taken in from elsewhere, because it would tell of a person: said in words, never repeated."""

from __future__ import annotations

import unicodedata
from urllib.parse import unquote, urlsplit

from django.utils.translation import gettext

from cms import personal_data
from cms.finding.search import fold
from cms.incidents import names_an_account

PERSONAL, ACCOUNT, WHO = "personal_data", "names_an_account", "about_a_person"
# Parts of a field's or column's name, folded, that ask who posted something.
_WHO = frozenset(
    "author authors account accounts poster user username owner profile sender phone telephone tel mobile email mail"
    " person people contact creator publisher uploader reporter victim nickname fullname cccd cmnd sdt dt tk"
    " nguoi hoten taikhoan dienthoai zaloid uid".split()
)
_WHO_PHRASES = ("tai khoan", "dien thoai", "ho ten", "ho va ten", "dia chi nha", "can cuoc", "so cmnd")


def asks_who(name: str) -> bool:
    """Whether a field or column of this name would hold who posted something."""
    words = fold(name.replace("_", " ").replace("-", " ")).split()
    line = " ".join(words)
    return bool(_WHO & set(words)) or any(phrase in line for phrase in _WHO_PHRASES)


def who_words() -> str:
    """What to do about such a field."""
    return gettext(
        "Who posted something is not kept here, so this was refused and not stored. Leave it out: only the claim and the addresses of posts are taken."
    )


def of_text(text: str) -> str:
    """Why a text is not taken: which kinds of personal data it has. Empty if it is."""
    kinds = dict.fromkeys(str(hit.label) for hit in personal_data.find(unicodedata.normalize("NFC", text)))
    if not kinds:
        return ""
    words = gettext(
        "This contains personal data (%(kinds)s), so it was refused and not stored. Take it out and send it again."
    )
    return words % {"kinds": ", ".join(kinds)}


def of_address(url: str) -> tuple[str, str]:
    """(reason, words) why the address of a post is not taken; two empty strings if it is."""
    try:
        parts = urlsplit(url)
        has_user = parts.username is not None
    except ValueError:
        return "", ""
    if has_user or names_an_account(url):
        return ACCOUNT, gettext(
            "This is the address of an account. Please give the address of the post: nobody is registered here."
        )
    # Of the host and of a page's name in the path nothing is asked: the address of a post has them.
    if words := of_text(unquote(f"{parts.path} {parts.query} {parts.fragment}".replace("/", " "))):
        return PERSONAL, words
    return "", ""
