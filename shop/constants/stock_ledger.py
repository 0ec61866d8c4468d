"""Limits of the stock ledger."""

DELTA_MAX = 10**9
NOTE_MAX = 200
REF_MAX = 64
