"""Files that visitors send, checked and made safe before anything keeps or shows them."""
