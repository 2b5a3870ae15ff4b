"""The report on all forces together: it names none, and none can be worked out from it."""
