"""Findings P5, F2, F3 and F5 in the simulator: facts of a force, the rows that follow, the verdicts they imply."""
