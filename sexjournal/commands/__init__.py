"""A file for each command. Knows options and words; knows no keys, git or files."""
