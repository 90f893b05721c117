"""Scores as a picture."""
def as_svg(scores, title, width): return ""
