"""git: run git, its objects, the remote, and the working tree. Knows paths and commits; knows no pages and no keys."""
