"""Reactive streams for real-time voice agents."""
