"""Puts the data files into the wheel; an editable install reads them from the checkout."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class DataFiles(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's generic takes a builder config
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "standard" and self.target_name == "wheel":
            for name in ("models", "codebook.toml", "corpus"):
                build_data["force_include"][name] = f"discourse/_data/{name}"
