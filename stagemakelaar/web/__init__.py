"""Web: the edge that knows HTTP. Pages load, check, call one action and go on; transactions open here.

Owns nothing. A page group is one file with its forms; who may enter stands on the view (`access.allow`).
"""
