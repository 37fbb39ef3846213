"""Networks trained elsewhere: their files, read without running them, and images as they take them."""
