"""Statistics on arrays: group tests, ICC, ROC, confusion matrices."""
