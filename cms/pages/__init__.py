"""One content type a file. Each page that answers something can say what it is: ``story()``."""
