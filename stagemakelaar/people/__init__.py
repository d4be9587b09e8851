"""People: programmes, accounts, students and what they ask for.

Owns Programme, User, Student, Profile, and all that signing in needs. A student's identity (Student) is kept apart from
what matching may know (Profile). Must not know places, rounds or the web.
"""
