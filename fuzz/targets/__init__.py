"""One module a parser; ``fuzz.target.TARGETS`` lists them."""
