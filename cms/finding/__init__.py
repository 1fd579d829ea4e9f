"""How an answer is found: the folded index, site search, and “has this message been answered?”."""
