"""The update after the letter: runs that are kept, and two of them side by side."""
