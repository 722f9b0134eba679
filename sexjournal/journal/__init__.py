"""One journal on disk: sealed pages, their index and their commits. Knows pages, keys and git; knows no terminal."""
