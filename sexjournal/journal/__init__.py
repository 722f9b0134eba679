"""One journal on disk: sealed pages and their index. Knows pages, keys and files; knows no terminal and no git."""
