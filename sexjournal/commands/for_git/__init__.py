"""The commands that git itself calls. Knows the arguments from git; knows no repository."""
