"""What is done to the standard library's client."""
