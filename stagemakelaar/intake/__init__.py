"""Intake: lists from elsewhere, tried row by row before they are carried out, and the same person found twice.

Owns Upload, Merge and Apart. Knows students, cases, places, placements and rounds, since a list touches the first and a
merge all of them; none of those knows that lists exist.
"""
