"""Rechten: what people may ask about their own data, and how a person is taken out of every table.

Owns requests and erasures. It lies above all rooms that keep something about people, and none of them knows it; which
column of which room is personal, and what is left of it, stands in one place: `personal.py`.
"""
