"""What somebody shares of a run, page by page: by agreement alone, and withdrawn at once."""
