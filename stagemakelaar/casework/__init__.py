"""Casework: a student's case (zaak) at a programme, with its contact moments and its waiting time.

Owns Case and ContactMoment. Must not know rounds or placements: they tell it what became of the search.
"""
