"""Commands: `flask --app wsgi COMMAND`. Each is one function that tells what it did; the frame does the rest.

Owns nothing. All are safe to run twice and beside a running service, unless they say otherwise.
"""
