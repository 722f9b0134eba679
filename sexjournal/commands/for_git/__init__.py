"""The commands that git calls by itself."""
