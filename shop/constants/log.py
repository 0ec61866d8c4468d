"""Limits of log records in responses."""

REQUEST_ID_MAX = 128
# Length of the name of a logger, level or process.
NAME_MAX = 200
# Length of a message with its values.
MESSAGE_MAX = 20_000
