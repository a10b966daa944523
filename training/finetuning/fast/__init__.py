"""A step made fast: the base's layers written out, adapters beside their matrices, states kept."""
