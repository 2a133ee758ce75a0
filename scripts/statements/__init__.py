"""Bank statements of three formats, read into one shape."""
