"""Letting time pass on whatever loop runs."""

from rxvoice.testing import pause, turns

__all__ = ["pause", "turns"]
