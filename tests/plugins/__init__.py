"""A package as another party would write it (on PYTHONPATH belongs this folder), and a way to install it."""
