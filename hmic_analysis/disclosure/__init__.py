"""What may leave the building, to whom, and the proof that nothing else does."""
