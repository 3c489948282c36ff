"""What is stale and why, and the run that mends it. The only room that touches the cache of results."""
