"""The commands that ask what you think of pages now. Knows options and words; knows no keys, git or files."""
