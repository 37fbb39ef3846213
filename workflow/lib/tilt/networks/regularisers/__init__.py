"""What training adds to a network's mean log-loss, or does to its images; `registry` has them by name."""
