"""The lake: Parquet parts, manifests, the lock. The only room that writes data files."""
