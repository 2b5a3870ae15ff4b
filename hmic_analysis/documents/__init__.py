"""What leaves the building as a file: blocks, and the only writers of Word, PDF and workbooks."""
