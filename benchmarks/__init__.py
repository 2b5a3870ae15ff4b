"""How fast reports are made: the run engine beside papermill and beside the same code as plain functions."""
