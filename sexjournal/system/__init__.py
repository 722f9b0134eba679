"""The disk and the swap space of this machine. Knows files; knows no pages, keys or git."""
