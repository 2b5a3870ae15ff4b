"""Findings A5, A8, A9 and A10 in the simulator: facts of a force, the rows that follow, the verdicts they imply."""
