"""The author's bench: the file one is writing, checked and drawn as often as it is saved."""
