"""Kopie: the whole of a database in one file, and back into a database, of the same make or of the other.

Owns no table and knows no subject: rows go in and out as they stand. A copy says per table how many rows there are and
what their hash is, so that what came back can be held against what went out.
"""
