"""The open interface: everything published, as JSON, for anybody, read-only. Described in schema.py and docs/machines.md."""
