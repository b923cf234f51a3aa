"""Downloads what attackers' commands name: public addresses only, bounded in size, time and rate.

``downloads`` does it, in the fetcher process; ``asker`` is a worker's side, ``wire`` what passes between the two.
"""
