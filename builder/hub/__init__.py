"""Hub: a release as files: rows, Parquet, manifest, card; and its way to the Hub."""
