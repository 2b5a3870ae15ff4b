"""A force beside the others: figures gathered from finished reports, pooled, and judged by one set of rules."""
