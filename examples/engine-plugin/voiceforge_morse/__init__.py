"""A voice that sends Morse code, as an example of an engine in a package of its own."""
