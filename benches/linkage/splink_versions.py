"""What Splink 4 and 5 want to be told differently."""

import importlib.metadata


def linker_of(api, names, settings):
    """A linker over tables that DuckDB has by these names."""
    from splink import Linker

    if importlib.metadata.version("splink").startswith("4"):
        return Linker(names if len(names) > 1 else names[0], settings, db_api=api, **({"input_table_aliases": names} if len(names) > 1 else {}))
    tables = [api.register(name, dataset_display_name=name) for name in names]
    return Linker(tables if len(tables) > 1 else tables[0], settings)
