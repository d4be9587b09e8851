"""Referentie: what the Netherlands has decided and everybody shares.

Owns qualification codes (crebo), which code counts for which, work processes, the words that a form may choose from,
the positions of postcodes and the travel estimate made from them, and the rules for what people type.
Knows nothing of students, companies or programmes: it is read by all and decided on by none, so an import may replace
its content without asking anybody upstairs. NOTICE.md names the sources.
"""
