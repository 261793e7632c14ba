"""A trainer for learning-focused partnerships: branching role-play for school leaders.

Empty of imports on purpose: importing the engine must not import Flask.
"""
