"""What reqsnap costs, side by side with VCR.py and cassetter: `python -m benchmarks`."""
