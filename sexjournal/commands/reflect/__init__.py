"""The commands that ask what you think of pages now."""
