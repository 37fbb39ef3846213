"""What the tables `linear` and `controls` call things, and the numbers that their claims name."""

EPSILON = 0.25  # of the signed step on linear models, pixels in [0, 1]
PUBLISHED, ALL = (
    "published",
    "all",
)  # the images that train them: those that the published code reaches, or all
MEANS = "means"  # in place of a penalty: the difference of the class means, not trained

TEMPERATURE = 3.0
PLAIN, RELABELLED, WHOLLY = "none", "decay", "decay, start and rate"  # what takes a regulariser's place
