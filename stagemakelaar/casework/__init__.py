"""Casework: a student's case (zaak) at a programme, with its contact moments, notes, tasks, hand-overs, waiting time.

Owns Case, HandOver, ContactMoment, CaseNote, OrganisationContact and Task. Must not know rounds or placements: they
tell it what became of the search.
"""
