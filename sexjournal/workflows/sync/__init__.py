"""Exchange pages with a remote that is not trusted. Knows the App and git; knows no command."""
