"""What the product is made of: advisories, a list of parts (SBOM), licences, and versions with their hashes.

Run by `make audit` and `make lock`, with tools in an environment of their own. No part of the wheel.
"""
