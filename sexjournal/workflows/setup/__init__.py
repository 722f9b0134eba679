"""Make a journal on this device, or accept one from another device. Knows keys and git; knows no pages."""
