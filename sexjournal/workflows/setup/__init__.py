"""Making a journal on this device, or accepting one from another device. Begins in start.py."""
