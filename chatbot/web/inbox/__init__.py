"""The agents' inbox: what its page and other programs of the staff read and do."""
