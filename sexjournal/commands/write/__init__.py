"""The commands that write pages. Knows options and words; knows no keys, git or files."""
