"""Seed: invented programmes, people and companies to look at, to test with and to measure on. Never in production.

Fills an empty database by the actions of the house, with the clock moved back and forward, so that what stands there is
what the product itself would have written. The same scale, seed, date and version give the same content on both
databases; `fingerprint` shows it. Owns no tables.
"""
