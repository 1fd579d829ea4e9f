"""Writes of many threads go together, and each still gets its own answer."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest
from django.db import IntegrityError, OperationalError

from publishing import group_commit
from publishing.group_commit import GroupCommit
from tests.servers.local import wait_until


@pytest.fixture(autouse=True)
def no_database(monkeypatch):
    monkeypatch.setattr(group_commit.transaction, "atomic", nullcontext)


class Table:
    """What was carried out together; can be held up, and refuse."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.is_open = threading.Event()
        self.is_open.set()
        self.is_held = False
        self.refused: set[int] = set()
        self.away = 0  # so many times the database is not there
        self.kept: list[int] = []

    def carry_out(self, writes):
        self.is_held = not self.is_open.is_set()
        self.is_open.wait(5)
        self.groups.append(list(writes))
        if self.away:
            self.away -= 1
            raise OperationalError("server closed the connection")
        if self.refused & set(writes):
            raise IntegrityError("refused")
        self.kept += writes
        return [write * 10 for write in writes]


def test_where_nobody_serves_each_commits_for_itself():
    table = Table()
    commit = GroupCommit(table.carry_out)
    assert (commit.now(1), commit.soon(2)) == (10, 20)
    assert table.groups == [[1], [2]]


def test_what_comes_while_one_is_on_its_way_goes_together_and_each_gets_its_own_answer():
    table = Table()
    commit = GroupCommit(table.carry_out)
    table.is_open.clear()
    with commit.served(), ThreadPoolExecutor(9) as pool:
        first = pool.submit(commit.now, 0)
        wait_until(lambda: table.is_held, 5, "the first group")
        others = [pool.submit(commit.now, number) for number in range(1, 9)]
        wait_until(lambda: len(commit._waiting) == 8, 5, "the second group")
        table.is_open.set()
        assert [one.result(5) for one in (first, *others)] == [number * 10 for number in range(9)]
    assert [len(group) for group in table.groups] == [1, 8]


def test_one_that_the_database_refuses_does_not_take_the_others_with_it():
    table = Table()
    commit = GroupCommit(table.carry_out)
    table.refused = {3}
    table.is_open.clear()
    with commit.served(), ThreadPoolExecutor(6) as pool:
        made = [pool.submit(commit.now, 0)]
        wait_until(lambda: table.is_held, 5, "the first group")
        made += [pool.submit(commit.now, number) for number in range(1, 6)]
        wait_until(lambda: len(commit._waiting) == 5, 5, "the second group")
        table.is_open.set()
        with pytest.raises(IntegrityError):
            made[3].result(5)
        assert [one.result(5) for number, one in enumerate(made) if number != 3] == [0, 10, 20, 40, 50]
    assert sorted(table.kept) == [0, 1, 2, 4, 5]


def test_while_the_database_is_away_who_waits_is_told_and_what_ended_is_kept_for_later(caplog):
    table = Table()
    commit = GroupCommit(table.carry_out)
    with commit.served():
        table.away = 1
        with pytest.raises(OperationalError):
            commit.now(1)
        table.away = 2
        commit.soon(2)
        wait_until(lambda: table.kept == [2], 10, "the write")
    assert "lost" not in caplog.text


def test_what_was_written_before_the_end_is_committed_and_afterwards_each_commits_for_itself():
    table = Table()
    commit = GroupCommit(table.carry_out)
    with commit.served():
        for number in range(200):
            commit.soon(number)
    assert table.kept == list(range(200))
    assert commit.soon(7) == 70


def test_a_write_that_cannot_be_kept_is_in_the_log(caplog):
    table = Table()
    commit = GroupCommit(table.carry_out)
    table.refused = {5}
    with commit.served():
        commit.soon(5)
    assert "a write was lost: IntegrityError" in caplog.text
