"""The interface through which partners' systems hand over incidents, /api/intake/v1/. For their programmers: docs/intake.md."""
