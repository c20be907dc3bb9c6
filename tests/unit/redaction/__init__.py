"""What is secret, and what stands in its place."""
