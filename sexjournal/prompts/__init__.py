"""The words of the program: questions, answers and templates, from the TOML files beside this module. Pure."""
