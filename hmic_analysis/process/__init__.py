"""The process around a letter: states and embargo, the factual-accuracy check, the update after it."""
