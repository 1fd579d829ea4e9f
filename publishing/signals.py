"""The signals of publishing: about once a minute, say what is owed and not yet planned; and, the tables are older than the world."""

from django.dispatch import Signal

# Sent without arguments by the worker. Receivers must be idempotent; one that raises does not stop the others.
sweeping = Signal()

# Sent once after a backup was restored, with ``backup_at`` and ``restored_at``, while every channel is stopped. Receivers
# plan what fell due in between, so that it is held, and end letters that may have been sent. Idempotent, like sweeps.
restored = Signal()
