"""The publishers' desk in Wagtail's admin: what can be sent, how it will look, what became of it, and over which channels."""
