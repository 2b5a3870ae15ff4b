"""Measures: pure functions from frames to frames and counts.  They know nothing of files, parameters or verdicts.

A frame that is named like a table of the contracts is that table.
"""
