"""What is started inside a block belongs to it: threads, jobs of executors, processes."""
