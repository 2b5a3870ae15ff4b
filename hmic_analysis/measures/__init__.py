"""Measures: pure functions from frames to frames and counts.  They know nothing of files, parameters or verdicts."""
