"""Languages: what readers see where something is not translated, and how translations come to be."""
