"""Every text a person sees has its Vietnamese, and what is compiled is what is written."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import unicodedata
from pathlib import Path

import polib
import pytest

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = sorted((ROOT / "locale").rglob("*.po"))
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")


@pytest.mark.needs("xgettext")
def test_every_text_in_the_code_and_the_templates_is_translated(tmp_path):
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    for name in listed.stdout.split():
        if name.startswith(("cms/", "publishing/", "campaigns/", "templates/", "manage.py")):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "locale").mkdir()
    subprocess.run(
        [sys.executable, "manage.py", "makemessages", "--locale", "vi", "--no-wrap", "--verbosity", "0"],
        cwd=tmp_path,
        check=True,
        env={"PATH": "/usr/bin:/bin", "DATA_DIR": str(tmp_path / "var")},
    )
    wanted = {(one.msgctxt, one.msgid) for one in polib.pofile(str(tmp_path / "locale/vi/LC_MESSAGES/django.po"))}
    ours = polib.pofile(str(ROOT / "locale/vi/LC_MESSAGES/django.po"))
    have = {(one.msgctxt, one.msgid) for one in ours if one.translated()}
    assert wanted - have == set()
    assert {(one.msgctxt, one.msgid) for one in ours} - wanted == set(), "texts that nobody shows any more"


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_is_compiled_is_what_is_written(path):
    written = {
        (one.msgctxt, one.msgid): (one.msgstr, one.msgstr_plural) for one in polib.pofile(str(path)) if one.translated()
    }
    compiled = {
        (one.msgctxt, one.msgid): (one.msgstr, one.msgstr_plural) for one in polib.mofile(str(path.with_suffix(".mo")))
    }
    assert written == compiled


@pytest.mark.parametrize("path", CATALOGUES, ids=lambda path: str(path.relative_to(ROOT)))
def test_placeholders_survive_and_the_letters_are_composed(path):
    for one in polib.pofile(str(path)):
        for text in filter(None, [one.msgstr, *one.msgstr_plural.values()]):
            assert text == unicodedata.normalize("NFC", text), one.msgid
            allowed = set(_PLACEHOLDER.findall(one.msgid)) | set(_PLACEHOLDER.findall(one.msgid_plural))
            if "python-format" in one.flags or "python-brace-format" in one.flags:
                assert set(_PLACEHOLDER.findall(text)) <= allowed, one.msgid
