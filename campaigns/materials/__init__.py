"""Materials: the campaign in every form people meet. One file a form; what they share is in base.py."""
