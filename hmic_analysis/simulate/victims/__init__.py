"""Findings A3, A4 and A7 in the simulator: facts of a force, the rows that follow, the verdicts they imply."""
