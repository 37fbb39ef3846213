"""The networks of the map of initial weight scale and weight decay, a row for each."""

from collections.abc import Mapping

from experiments.sweep.tables import Columns, Settings, collected


def tables(
    *,
    histories: Mapping[str, Columns],
    attacks: Mapping[str, Columns],
    records: Mapping[str, Settings],
    record: Settings,
    settings: Mapping[str, Settings],
) -> dict[str, Columns]:
    """The table of the map's networks, as that of the sweep."""
    return {"networks": collected(histories, attacks, records, record, settings)}
