"""What users see of `use_cassette`: shapes, modes and files, threads, errors."""
