"""How fast it is: ``make bench`` prints one JSON line for each measure.

Rates and times depend on the machine. What stays comparable is what was measured beside its own
yardstick in the same run: the engine beside a bare walk through dictionaries, the server beside the
smallest honest view that does the same work (``floor.py``).
"""
