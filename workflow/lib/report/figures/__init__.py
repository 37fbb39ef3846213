"""Static pictures, one module per section: tables and arrays in, matplotlib figures out."""
