"""Fuzzing of every parser that faces the outside: ``make fuzz``.

Each target takes bytes and holds one parser to three rules. It raises nothing but what its documentation
says. It takes at most a second. What it accepts goes round: written and read again, it is the same.
"""
