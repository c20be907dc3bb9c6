"""The cassettes of cassetter, YAML and TOML.

Read from what cassetter 0.16.1 wrote. It holds no reason, no version of HTTP, no trailers, no time
that passed and no failure, and header names in lower case. A body is JSON as a tree, text, or
hexadecimal digits, without its content coding.

entries       an interaction as plain values, and back
plain_json    JSON from plain values and back, as cassetter replays it
yaml_format, yaml_text
              files in YAML
toml_format   files in TOML
"""
