"""The engine room: which notebooks to execute, executing them, and what became of each."""
