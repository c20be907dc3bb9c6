"""What users of VCR.py write, on reqsnap."""
