"""Measures: pure functions from frames to frames and counts.  They know nothing of files, parameters or verdicts.

A frame that is named like a table of the contracts is that table.  ``start`` and ``end`` are the first and the last day
of the period, both included; ``rules`` say what counts as having attended.
"""
