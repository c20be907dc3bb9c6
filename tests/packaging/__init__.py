"""What is built of the project."""
