"""Helpers of the executable re-analysis."""
