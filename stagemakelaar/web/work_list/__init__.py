"""The work list: what needs a broker now, from every room. It asks and tells; nothing here changes anything.

`things` says what a thing and a source are, `of_…` hold the sources by subject, `listing` counts and pages them.
"""
