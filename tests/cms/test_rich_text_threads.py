"""Forms that are opened at the same moment: each shows its own text, whole."""

from __future__ import annotations

import json
import sys
import threading

import pytest

from cms.pages.blocks import BodyBlock

THREADS, TIMES = 8, 60


@pytest.fixture
def threads_change_often():
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


def test_each_of_eight_editors_gets_the_own_text_and_no_piece_of_anothers(threads_change_often):
    widget = next(
        block.field.widget
        for block in BodyBlock().child_blocks.values()
        if hasattr(getattr(block, "field", None), "widget") and hasattr(block.field.widget, "converter")
    )
    gate, wrong = threading.Barrier(THREADS), []

    def open_forms(number: int) -> None:
        wanted = [f"Người {number} viết đoạn {line}, trong đó có chữ đậm." for line in range(12)]
        stored = "".join(f"<p>{text.replace('chữ đậm', '<b>chữ đậm</b>')}</p>" for text in wanted)
        gate.wait()
        for _time in range(TIMES):
            try:
                found = [block["text"] for block in json.loads(widget.format_value(stored))["blocks"]]
            except Exception as error:
                wrong.append(repr(error))
            else:
                if found != wanted:
                    wrong.append(str(found))

    threads = [threading.Thread(target=open_forms, args=[number]) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
