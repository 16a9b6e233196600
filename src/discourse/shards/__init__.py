"""The per-document stages over Parquet shards: on processes of this machine, or on a Dask cluster."""

from discourse.shards.engine import Sharded, open_engine

__all__ = ["Sharded", "open_engine"]
