"""Load: simulated people over HTTP, driven by locust. `python -m benchmarks.load` starts the service and them.

They run in an environment of their own (`requirements-load.txt`), know nothing of the product but its addresses and
forms, and are told by a file who they are.
"""
