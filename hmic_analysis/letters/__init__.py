"""Letters: what leaves the building, written from evidence bundles alone."""
