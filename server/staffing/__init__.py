"""Rosters out of expected traffic, targets, contracts and rules."""
