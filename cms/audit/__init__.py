"""Who did what when: one chain of entries that cannot be changed unseen, and the history of each story."""
