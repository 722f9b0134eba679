"""The commands that git calls by itself. Knows the words that git gives; knows no repository."""
