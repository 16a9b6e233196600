"""Evaluate: output against gold, with the figures that the quality floors hold."""
