"""The synthetic twin: patients, CT phantoms and readers that stand in for private data."""
