"""Findings P1 to P4 in the simulator: facts of a force, the rows that follow, the verdicts they imply."""
