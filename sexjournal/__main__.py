"""`python -m sexjournal` is `journal`."""

from sexjournal.cli import main

if __name__ == "__main__":
    main()
