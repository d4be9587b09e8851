"""Rounds: the matcher proposes, a person decides.

Owns Round, Run (with its frozen input), Proposal, Unplaced and Review. `snapshot` is the only file that knows both the
tables and the matcher's arrays. A run alone places nobody: only a decision in `review` does.
"""
