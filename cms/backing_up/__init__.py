"""Backups and how they are brought back: ``manage.py backup`` and ``manage.py restore`` (docs/backup.md)."""
