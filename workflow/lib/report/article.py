"""What the article prints: the figures that ours are compared with."""

# Section on the SVM on MNIST: 45 pairs of digits.
LEAST_ERROR_MEAN, LEAST_ERROR_WORST = 1.110, 3.70  # test error in %
OPTIMAL_EXPONENT, OPTIMAL_EXPONENT_RANGE = 2.5, (1.2, 3.5)  # log10 of λ_article of the least test error
THETA_SMALLEST = (1.06, 1.49)  # radians at λ_article = 0.1

# Section on LeNet on MNIST: errors in %, by epoch as read off its plot; root mean square of the weights.
LENET_DECAYS = {"low": 1e-4, "high": 1e-1}
LENET_TEST_ERROR = {"low": 1.6, "high": 1.2}
LENET_CURVES = {
    ("low", "test_error"): {2: 4.2, 3: 3.3, 4: 2.9, 5: 2.45, 10: 1.7, 20: 1.57, 50: 1.56},
    ("low", "train_error"): {3: 3.0, 4: 2.1, 5: 1.5, 7: 0.8, 10: 0.2, 13: 0.0},
    ("high", "test_error"): {2: 3.3, 3: 2.1, 4: 1.7, 5: 1.6, 10: 1.2, 20: 1.1, 50: 1.25},
    ("high", "train_error"): {3: 2.25, 4: 1.4, 5: 1.0, 10: 0.6, 20: 0.7, 50: 1.2},
}
LENET_RMS = {
    "low": {"conv1": 0.04, "conv2": 0.04, "fc1": 0.02, "fc2": 0.5},
    "high": {"conv1": 0.03, "conv2": 0.005, "fc1": 0.001, "fc2": 0.01},
}
LAYERS = tuple(LENET_RMS["low"])

# Section on adversarial examples of LeNet: L2 norms for the digits 0 to 9, pixels in [0, 1].
ATTACK_NORMS = {
    "low": (2.28, 1.30, 1.56, 1.72, 2.37, 0.81, 2.33, 1.60, 1.88, 1.80),
    "high": (7.55, 4.53, 4.06, 6.51, 5.18, 4.42, 6.33, 5.52, 5.49, 7.90),
}
ATTACK_MEAN = {side: sum(norms) / len(norms) for side, norms in ATTACK_NORMS.items()}
ATTACK_RATIO = ATTACK_MEAN["high"] / ATTACK_MEAN["low"]
