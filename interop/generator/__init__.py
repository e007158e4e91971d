"""What `generate.py` writes: a module for each kind, over `book`, `crypto` and `documents`."""
