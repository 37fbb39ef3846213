"""The SVM, or logistic regression, of one pair at every λ, and the summary over the pairs."""

from collections.abc import Mapping
from typing import Any

from pipeline.job import about
from pipeline.pair import pair_classes
from tilt.data.images import Images, binary_pair, with_validation
from tilt.errors import InputError
from tilt.geometry import nearest_centroid_direction
from tilt.linear import fit_path
from tilt.linear.tables import Columns, lambda_grid, path_table, plane_arrays, summary_table, weight_arrays


def path(
    *,
    data: Images,
    dataset: str,
    pair: str,
    loss: str,
    train_per_class: int,
    validation_per_class: int | None,
    tolerance: float,
    grid: Mapping[str, float],
) -> dict[str, Any]:
    """The table, the weights and the tilt planes of a pair's path.

    Raises InputError, naming the data set's key, where the pair cannot be fitted or a model is not certified.
    """
    svm = f"datasets.{dataset}.svm"
    with about(svm):
        samples = binary_pair(data, *pair_classes(pair), train_per_class)
    if validation_per_class is not None:
        with about(f"{svm}.validation_per_class"):
            samples = with_validation(samples, data, train_per_class, validation_per_class)
    with about(f"{svm}.pairs: {pair}", "; leave the pair out"):
        nearest_centroid_direction(samples.x_train, samples.y_train)
    article, lambdas = lambda_grid(**grid)
    with about(f"{svm}.lambda_article"):
        fitted = fit_path(samples.x_train, samples.y_train, lambdas, loss=loss, tol=tolerance)
    if not fitted.certified.all():
        raise InputError(
            f"{svm}.tolerance: {pair} reached a relative duality gap of {fitted.duality_gap.max():.2g}, "
            f"not {tolerance:g}; set a larger one"
        )
    return {
        "path": path_table(samples, fitted, article),
        "weights": weight_arrays(samples, fitted),
        "plane": plane_arrays(samples, fitted),
    }


def summary(*, paths: Mapping[str, Columns]) -> dict[str, Any]:
    """A row a pair, from the path tables."""
    return {"summary": summary_table([pair_classes(pair) for pair in paths], list(paths.values()))}
