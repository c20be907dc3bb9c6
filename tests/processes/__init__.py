"""Child processes belong to the block that they were started in."""
