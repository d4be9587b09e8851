"""Placements: a student at a place for a period, from the broker's decision to the end.

Owns Placement. Knows that placements exist without a round (someone phoned), so it has never heard of proposals.
"""
