"""Load at the gate of a sale: openings, lost data and edits."""
