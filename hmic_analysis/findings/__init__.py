"""One module per finding: how its claims are decided from the indicators that its notebook took."""
