"""Where rows are collected from: one file each, entered in `SOURCES` of `training/curation/collecting.py`."""
