"""The device's own page: draw lines and zones, see them count, and compare with what somebody counts.

Off unless it is asked for. Pictures stay in memory and are veiled before they leave the thread that
looks at them.
"""
