"""The way of a letter from draft to publication: its states, the log of them, and the embargo."""
