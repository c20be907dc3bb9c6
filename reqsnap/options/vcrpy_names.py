"""What VCR.py's options are called here, for those who write them out of habit."""

from __future__ import annotations

_NAMED_PATHS = "Give path= a function, or fields such as '{module}/{test}.yaml'."

HINTS = {
    "record_mode": "Write mode=.",
    "allow_playback_repeats": "Repeating is the default; on_exhausted='error' forbids it.",
    "filter_headers": "Write redact_headers= to hide values, or exclude_headers= to leave headers out.",
    "filter_query_parameters": "Write redact_query= to hide values; normalize_query= compares without them.",
    "filter_post_data_parameters": "Write redact_fields= to hide values; ignore_json= compares without them.",
    "before_record_request": "Write before_record=, or exclude_urls= for requests to leave out.",
    "before_record_response": "Write before_record=, or should_record= for answers to leave out.",
    "cassette_library_dir": "Write Library(directory, ...), and its use_cassette.",
    "path_transformer": _NAMED_PATHS,
    "func_path_generator": _NAMED_PATHS,
    "decode_compressed_response": "Answers are always replayed as they were received.",
    "drop_unused_requests": "mode='record' keeps only what was requested.",
    "inject_cassette": "Write a with block, which yields the cassette.",
    "serializer": "Write format='vcr' for VCR.py's YAML or format='vcr-json' for its JSON.",
    "persister": "A cassette is a file; cassette.save(path) writes another.",
    "custom_patches": "There is nothing to patch: the clients are known.",
}
"""By VCR.py's name. What is called the same in both is not among them."""
