"""Repetition of the whole suite, to find tests that fail now and then."""
