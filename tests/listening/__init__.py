"""A listening sheet of the voices that install by a package's name: `python -m tests.listening FOLDER`."""
