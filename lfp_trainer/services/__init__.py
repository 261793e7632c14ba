"""What people do here, named for the act. Services flush and raise; their callers commit."""
