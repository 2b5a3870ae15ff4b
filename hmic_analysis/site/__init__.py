"""Pages for people with a browser: everything in them works from a folder and asks nothing of the network."""
