"""The pages and the API, and who may use them."""
