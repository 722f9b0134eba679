"""The commands that read pages. Knows options and words; knows no keys, git or files."""
