"""The words of the program: questions, answers and templates. Knows TOML texts; knows no journal and no terminal."""
