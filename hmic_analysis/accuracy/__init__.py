"""The factual-accuracy check: what a force is sent, what it answers, and what becomes of each challenge."""
