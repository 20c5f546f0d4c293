"""Radiomic features of a lesion: settings, engines, and a whole cohort."""
