"""Share cards: pictures of an answer with its verdict."""
