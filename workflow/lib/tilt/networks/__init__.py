"""Neural networks: models, their training and regularisers."""
