"""The audit of dependencies is green only if it asked for all of them."""

from __future__ import annotations

import json

import pytest

from tests.audit import HOLES, NOT_ASKED, SOUND, audit

HOLE = {"id": "GHSA-x", "fix_versions": ["2.0"], "aliases": [], "description": ""}
FINE = {"name": "a", "version": "1", "vulns": []}
BAD = {"name": "b", "version": "1", "vulns": [HOLE]}
UNKNOWN = {"name": "c", "skip_reason": "Dependency not found on PyPI and could not be audited: c (1)"}


@pytest.mark.parametrize(
    ("found", "ended", "says"),
    [
        ([FINE], SOUND, "none with a known hole"),
        ([FINE, BAD], HOLES, "b 1: GHSA-x, mended in 2.0"),
        ([FINE, UNKNOWN], NOT_ASKED, "NOT AUDITED: 1 of 2"),
        ([UNKNOWN, BAD], HOLES, "NOT AUDITED: 1 of 2"),
        ([], NOT_ASKED, "NOT AUDITED"),
    ],
)
def test_what_was_not_looked_up_is_never_called_sound(found, ended, says):
    got, lines = audit(lambda _arguments: (json.dumps({"dependencies": found, "fixes": []}), ""))
    assert got == ended and says in "\n".join(lines)


@pytest.mark.parametrize("written", ["", "{", "[]", "{}"])
def test_a_service_that_does_not_answer_is_said(written):
    got, lines = audit(lambda _arguments: (written, "ConnectionError: pypi.org"))
    assert got == NOT_ASKED and "could not be asked. ConnectionError: pypi.org" in lines[0]
