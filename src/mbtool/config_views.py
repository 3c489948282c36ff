"""The configuration as people and editors see it: every setting with its origin, and the JSON schema."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel

from mbtool.config import Config, Layered, ProjectSettings
from mbtool.stages import INGEST, STAGES


def shown(config: Config) -> list[tuple[str, str, str]]:
    """(key, value, origin) of every setting, defaults included, in the order of the stages."""
    rows = list(_rows("project", config.project, config.layers)) + list(_rows("ingest", config.ingest, config.layers))
    for settings in config.chain:
        name = settings.stage.name
        if not settings.enabled:
            rows.append((f"{name}.enabled", "false", config.layers.origin(f"{name}.enabled").label))
        if settings.where:
            rows.append((f"{name}.where", settings.where, config.layers.origin(f"{name}.where").label))
        rows += _rows(name, settings.config, config.layers)
    return rows


def _rows(table: str, model: BaseModel, layers: Layered) -> Iterator[tuple[str, str, str]]:
    for name, value in model.model_dump(mode="json").items():
        key = f"{table}.{name}"
        origin = layers.origins[key].label if key in layers.origins else "default"
        inner = getattr(model, name)
        if isinstance(inner, tuple) and inner and isinstance(inner[0], BaseModel):  # a table each: what was said of it
            for index, item in enumerate(inner):
                given = item.model_dump(mode="json", exclude_defaults=True)
                yield f"{key}.{index}", json.dumps(given, ensure_ascii=False), origin
        else:
            yield key, json.dumps(value, ensure_ascii=False), origin


def json_schema() -> dict[str, Any]:
    """The JSON schema of a configuration file."""
    models: dict[str, type[BaseModel]] = {"project": ProjectSettings, "ingest": INGEST}
    models |= {s.name: s.config for s in STAGES}
    reserved = {
        "enabled": {"type": "boolean", "default": True, "description": "Run this stage"},
        "where": {"type": "string", "description": "One boolean SQL expression over documents that narrows the stage"},
    }
    properties: dict[str, Any] = {"extends": {"type": "string", "description": "A file, or mbtool:NAME, to stand on"}}
    definitions: dict[str, Any] = {}
    for name, model in models.items():
        schema = model.model_json_schema()
        definitions |= schema.pop("$defs", {})
        if name not in ("project", "ingest"):
            schema["properties"] = {**schema.get("properties", {}), **reserved}
        properties[name] = schema
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "mbtool configuration",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
        "$defs": definitions,
    }
