"""What follows from a paper's printed numbers alone: arithmetic with exact rounding intervals."""
