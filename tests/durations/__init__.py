"""Tests of durations: each value with its unit, on both sides of its border."""
