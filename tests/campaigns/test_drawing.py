"""Typst in a process of its own: whatever becomes of that process, nothing is wrong here, and an editor is told."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from django.utils import translation

from campaigns.materials import drawing, typst_child
from campaigns.materials.drawing import NotDrawn
from campaigns.materials.forms import forms
from tests.campaigns.words import ORDINARY

SMALL = {"main.typ": "#set page(width: 20pt, height: 20pt, margin: 0pt)\nA"}


@pytest.fixture(autouse=True)
def english():
    """Messages are compared in the language they are written in."""
    with translation.override("en"):
        yield


@pytest.fixture
def drawer(monkeypatch):
    """A fresh one, gone after the test."""
    made = drawing._Drawer()
    monkeypatch.setattr(drawing, "_drawer", made)
    yield made
    made.end()


def pretends(monkeypatch, folder: Path, *lines: str) -> None:
    """Another program in the place of the child. It has ``pipe`` and does the lines for its question."""
    begins = ["import sys, time, os, json", "from multiprocessing.connection import Connection"]
    begins += ["pipe = Connection(int(sys.argv[1]))", "pipe.recv_bytes()"]
    program = folder / "child.py"
    program.write_text("\n".join([*begins, *lines]))
    monkeypatch.setattr(drawing, "CHILD", program)


def png(**how) -> bytes:
    return drawing.drawn("png", SMALL, **{"ppi": 72, "page": 0, **how})


def test_one_child_draws_again_and_again(drawer):
    assert png().startswith(b"\x89PNG")
    first = drawer.child.process.pid
    assert png() == png() and drawer.child.process.pid == first != os.getpid()


def test_this_process_never_loads_the_layout_engine():
    typesetting = "from campaigns.materials import typesetting, printed; import sys; sys.exit('typst' in sys.modules)"
    program = f"import django; from django.conf import settings; settings.configure(); django.setup(); {typesetting}"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSEGV, signal.SIGTERM])
def test_a_killed_child_is_replaced_and_nobody_notices(drawer, how):
    before = png()
    killed = drawer.child.process
    os.kill(killed.pid, how)
    assert png() == before
    assert drawer.child.process.pid != killed.pid


def test_a_child_that_dies_over_a_question_is_asked_once_more_and_then_an_editor_is_told(
    drawer, monkeypatch, tmp_path, caplog
):
    pretends(monkeypatch, tmp_path, f"open({str(tmp_path / 'asked')!r}, 'a').write('x')", "os._exit(1)")
    with pytest.raises(NotDrawn, match="whoever looks after the site"):
        png()
    assert (tmp_path / "asked").read_text() == "xx"
    assert "ended twice" in caplog.text and drawer.child is None


def test_a_drawing_that_takes_too_long_is_ended_and_an_editor_is_told(drawer, monkeypatch, tmp_path):
    pretends(monkeypatch, tmp_path, f"open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))", "time.sleep(60)")
    monkeypatch.setattr(drawing, "LONGEST", 1)
    with pytest.raises(NotDrawn, match="Shorten the longest text"):
        png()
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
    monkeypatch.undo()  # after it everything is as before
    assert png()


def test_a_layout_without_end_is_ended(drawer, monkeypatch):
    monkeypatch.setattr(drawing, "LONGEST", 1)
    endless = {
        "main.typ": "#let again(n) = for k in range(n) { for l in range(n) { for m in range(n) {} } }\n#again(9999)"
    }
    with pytest.raises(NotDrawn):
        drawing.drawn("pdf", endless)


def test_a_layout_that_wants_all_memory_gets_no_more_than_its_limit(drawer):
    greedy = {"main.typ": f'#("x" * {typst_child.MOST}).len()'}
    with pytest.raises(NotDrawn):
        drawing.drawn("pdf", greedy)
    assert png()


def test_what_typst_objects_to_is_in_the_log_and_the_child_goes_on(drawer, caplog):
    with pytest.raises(NotDrawn) as refused:
        drawing.drawn("pdf", {"main.typ": '#panic("the layout is wrong")'})
    assert "the layout is wrong" in caplog.text and "the layout is wrong" not in str(refused.value)
    pid = drawer.child.process.pid
    assert png() and drawer.child.process.pid == pid


def test_a_child_that_says_it_is_full_is_replaced_before_the_next_drawing(drawer, monkeypatch, tmp_path):
    answer = ["pipe.send_bytes(json.dumps({'fault': '', 'is_last': True}).encode())", "pipe.send_bytes(b'drawn')"]
    pretends(monkeypatch, tmp_path, *answer, "time.sleep(60)")
    assert png() == b"drawn" and drawer.child is None
    monkeypatch.undo()
    assert png().startswith(b"\x89PNG")


def test_a_child_ends_when_it_remembers_too_much(monkeypatch):
    """In this process: the real one would need seconds to get there."""
    ours, theirs = drawing.Pipe()
    monkeypatch.setattr(sys, "argv", ["", str(os.dup(theirs.fileno())), str(drawing.FONTS)])
    monkeypatch.setattr(typst_child.resource, "setrlimit", lambda *limits: None)
    monkeypatch.setattr(typst_child, "made", lambda asked, fonts: b"drawn")
    monkeypatch.setattr(typst_child, "MOST_KEPT", 1)
    for _time in range(2):
        ours.send_bytes(b"{}")
    typst_child.main()
    assert b'"is_last": true' in ours.recv_bytes() and ours.recv_bytes() == b"drawn"
    assert not ours.poll()
    ours.close(), theirs.close()


def test_a_child_answers_for_its_own_memory_and_not_for_that_of_a_large_worker(drawer):
    large = bytearray(typst_child.MOST_KEPT + 1)
    large[::4096] = b"1" * len(large[::4096])  # or the system would not give it to us
    assert png() == png() and drawer.child is not None


def test_a_child_ends_when_nobody_asks_any_more(drawer, monkeypatch):
    png()
    child = drawer.child
    child.pipe.close()
    assert child.process.wait(10) == 0


def test_a_child_knows_no_secret(drawer, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "never to be passed on")
    png()
    environment = Path(f"/proc/{drawer.child.process.pid}/environ").read_bytes()
    assert b"SECRET_KEY" not in environment and b"DATABASE" not in environment


def test_a_process_that_was_forked_draws_with_a_child_of_its_own(drawer):
    """As workers do that a server or Celery forks after something was drawn."""
    before = png()
    read, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            same = png() == before
            os.write(write, f"{same} {drawer.child.process.pid}".encode())
            drawer.end()
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    same, theirs = os.read(read, 100).decode().split()
    assert same == "True" and int(theirs) != drawer.child.process.pid
    assert png() == before  # ours is still in step


def test_threads_take_turns(drawer):
    made: list[bytes] = []
    threads = [threading.Thread(target=lambda ppi=ppi: made.append(png(ppi=ppi))) for ppi in (72, 72, 144, 144) * 2]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert len(made) == 8 and len(set(made)) == 2


def test_a_form_that_cannot_be_measured_still_gives_a_draft_and_says_so_to_whoever_opens_it(monkeypatch):
    def fails(*asked, **how):
        raise NotDrawn(drawing.FAILED)

    form = forms()["poster"]
    content = form.draft(ORDINARY)
    monkeypatch.setattr("campaigns.materials.typesetting.drawn", fails)
    assert form.draft(ORDINARY) == content
    assert form.faults(content, ORDINARY) == [str(drawing.FAILED)]
