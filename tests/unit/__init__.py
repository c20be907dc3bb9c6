"""The core as pure values, and each interceptor against a recorder that is not real."""
