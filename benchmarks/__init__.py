"""What replay costs, side by side with VCR.py and cassetter: `python -m benchmarks.replay`."""
