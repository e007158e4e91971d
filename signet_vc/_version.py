"""The version, in its one place: the package, the wheel and the command read it here."""

__all__ = ["__version__"]

__version__ = "0.1.0.dev0"
