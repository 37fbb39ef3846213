"""The report of one data set: captions and tables from the results, and one self-contained page."""
