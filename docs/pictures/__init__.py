"""Pictures of every page, on an installation that is made and filled for them: `python -m docs.pictures`."""
