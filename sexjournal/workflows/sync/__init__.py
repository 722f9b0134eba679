"""Exchange pages with a remote that is not trusted."""
