"""Colours of pictures and panels; they stay apart under protanopia, deuteranopia and tritanopia."""

CLASS_I = "#0072B2"
CLASS_J = "#D55E00"
LOW = "#882255"
HIGH = "#44AA99"
LOSS_COLOURS = {"zero_one": "#8C8C8C", "hinge": "#222222", "softplus": "#999933"}
SEQUENTIAL = "viridis"
DIVERGING = "RdBu_r"
