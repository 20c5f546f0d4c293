"""CT and mask files, geometry checks, DICOM series."""
