"""Programs that nobody here wrote, recorded and replayed by `reqsnap run` as they are."""
