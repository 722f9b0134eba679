"""Make a journal on this device, or accept another one. Begins in start.py. Knows the App; knows no command."""
