"""Findings A1, A2, A6, F1 and F4 in the simulator: the verdicts that facts imply, and the ways they come about."""
