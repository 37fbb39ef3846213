"""The interactive panels of the page, a module per part of the study."""
