"""The evidence behind each finding of a police force inspection letter.

Data flows one way: contracts, store, measures, evidence, letters.  Nothing happens at import time.
"""

__version__ = "0.1.0"
