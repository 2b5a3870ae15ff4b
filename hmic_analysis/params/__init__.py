"""Parameters: what is asked of every force, what differs for one, and the catalogue of claims."""
