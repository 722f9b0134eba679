"""Exchange pages with an untrusted remote. Knows the App and git; knows no command."""
