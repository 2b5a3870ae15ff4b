"""Returns of simulated forces: made-up data with a known truth, never to be mistaken for a real force's."""
