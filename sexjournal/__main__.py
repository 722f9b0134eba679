"""`python -m sexjournal` is `journal`."""

from sexjournal.main import main

if __name__ == "__main__":
    main()
