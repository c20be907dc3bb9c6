"""Real SDKs, unmodified, against imitations of their APIs."""
