"""The commands for devices, keys, checks and settings. Knows options and words; knows no gpg, git or files."""
