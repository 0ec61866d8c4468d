"""Limits of the log, as it is told to administrators."""

REQUEST_ID_MAX = 128
# Of the name of a logger, a level or a process.
NAME_MAX = 200
# Of a sentence, whatever was put into it.
MESSAGE_MAX = 20_000
