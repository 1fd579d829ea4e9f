"""What stands where an answer has no verdict: a word and a sign for each kind of answer that never has one."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise


@dataclass(frozen=True)
class Standing:
    """How such answers are named and shown.

    key      as in addresses (``?ket-luan=``), in class names of the stylesheets (``stamp-<key>``) and on cards
    mark     the sign in the seal
    meaning  what it says, in a sentence below it on the answer's own page; may be empty
    """

    key: str
    label: str | Promise
    mark: str
    meaning: str | Promise = ""


# Model name -> standing, filled when the app that has such answers starts.
standings: dict[str, Standing] = {}
