"""Speech and language providers, one module each; a provider is imported by who uses it."""
