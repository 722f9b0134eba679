"""Work of several steps, with questions in between. Knows the App and all below; knows no command."""
