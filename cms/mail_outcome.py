"""What an error of a mail server means for the letter: a table, and nothing else."""

from __future__ import annotations

import smtplib
from enum import Enum


class Outcome(Enum):
    SENT = "sent"
    REFUSED = "refused"  # this letter, for good
    LATER = "later"  # this letter, not now
    AWAY = "away"  # no letter now
    CUT = "cut off"  # the server may have taken it


def _by_code(code: int) -> Outcome:
    return Outcome.REFUSED if 500 <= code < 600 else Outcome.LATER


def outcome_of(error: Exception) -> Outcome:
    """How the sending of one letter over an open connection ended that raised ``error``."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _words in error.recipients.values()]
        return _by_code(max(codes, default=450))
    if isinstance(error, smtplib.SMTPSenderRefused | smtplib.SMTPNotSupportedError | smtplib.SMTPAuthenticationError):
        return Outcome.AWAY  # it is about us, and the next letter would fare no better
    if isinstance(error, smtplib.SMTPResponseException):
        return _by_code(error.smtp_code)
    if isinstance(error, smtplib.SMTPException | OSError):
        return Outcome.CUT
    return Outcome.LATER  # a mistake of ours in making the letter: nothing was said to the server
