"""Figures of forces out of published national tables: pure functions, frames in, one figure for each force out."""
