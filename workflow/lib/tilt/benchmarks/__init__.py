"""Speed of the library beside what one would otherwise use, measured side by side in one run."""
