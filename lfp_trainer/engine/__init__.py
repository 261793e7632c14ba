"""The engine: what a scenario is and how it is played. Pure values and functions.

Two rules. It reads no file, clock, database or request. A play is its path: every position is
replayed from the choices that led to it, and an illegal move raises before anything changes.
"""
