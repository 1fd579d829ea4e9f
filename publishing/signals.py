"""The one signal of publishing: an invitation, about once a minute, to say what is owed and not yet planned."""

from django.dispatch import Signal

# Sent without arguments by the worker. Receivers must be idempotent; one that raises does not stop the others.
sweeping = Signal()
