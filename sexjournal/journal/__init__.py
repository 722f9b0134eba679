"""One journal on disk: sealed pages and their index. Knows no terminal and no git."""
