"""The connection to the mail server for one turn of whoever sends letters, closed when it broke off."""

from __future__ import annotations

import logging
from typing import Any

from django.core.mail import get_connection

from cms.mail_outcome import Outcome, outcome_of

log = logging.getLogger("cms.mail")


class Post:
    """The connection of one turn. ``is_away``: the server takes nothing now, and the rest waits for the next turn."""

    def __init__(self) -> None:
        self.connection: Any = None
        self.is_away = False

    def open(self) -> bool:
        """Nothing is noted as tried before this has worked: a server that is away costs no letter a try."""
        if self.connection is None:
            connection = get_connection()
            try:
                connection.open()
            except Exception as error:
                # What a server says may hold an address; its kind says enough.
                log.warning("the mail server cannot be reached: %s", type(error).__name__)
                self.is_away = True
                return False
            self.connection = connection
        return True

    def send(self, letter: Any) -> Outcome:
        try:
            letter.connection = self.connection
            letter.send()
        except Exception as error:
            outcome = outcome_of(error)
            log.warning("a mail did not go out: %s, %s", type(error).__name__, outcome.value)
            self.close()
            # A server that hangs would cut off one letter after the other.
            self.is_away = outcome in (Outcome.AWAY, Outcome.CUT)
            return outcome
        return Outcome.SENT

    def close(self) -> None:
        if self.connection is not None:
            try:
                self.connection.close()
            except Exception as error:
                log.info("the mail server hung up: %s", type(error).__name__)
            self.connection = None
