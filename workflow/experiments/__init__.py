"""The experiments of the study, a folder each: rules, tables, figures, panel, section, claims and words."""
