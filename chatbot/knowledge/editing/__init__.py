"""Changing a pack: its files one by one, checked as a whole before anything is saved, and every change kept."""
