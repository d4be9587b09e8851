"""Seed: invented programmes, people and companies to look at, to test with and to measure on. Never in production.

Fills an empty database: who takes part and what is long past is written in bulk, as the product would have left it;
rounds, decisions and answers are done by the actions of the house, with the clock moved (docs/decisions/0009). The same
scale, seed, date and version give the same content on both databases; `fingerprint` shows it. Owns no tables.
"""
