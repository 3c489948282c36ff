"""From TOML files, the environment and ``--set`` to frozen settings; every fault listed at once with file and key."""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field, ValidationError

from mbtool.contract import Stage, StageSettings
from mbtool.errors import ConfigError
from mbtool.settings import FilePath, Settings, located, path_fields
from mbtool.stages import INGEST, STAGES

DEFAULT_FILE = "mbtool.toml"
ENVIRONMENT_PREFIX = "MBTOOL_"
RESERVED = {"enabled", "where"}


class ProjectSettings(Settings):
    """``[project]``: the name, the lake and the seed of everything random."""

    name: str = Field("corpus", min_length=1, description="Name of the project")
    lake: FilePath = Field("lake", description="Folder of the lake")
    seed: int = Field(20150722, ge=0, le=2**32 - 1, description="Seed of everything random")


@dataclass(frozen=True)
class Origin:
    """Where a value came from, and the folder that its relative paths stand on."""

    label: str
    folder: Path


@dataclass(frozen=True)
class Fault:
    """One thing wrong with the configuration."""

    origin: str
    key: str
    problem: str

    def __str__(self) -> str:
        return f"{self.origin}: {self.key}: {self.problem}"


@dataclass
class Layered:
    """Raw values after all layers, and the origin of each dotted key."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, Origin] = field(default_factory=dict)

    def put(self, values: Mapping[str, Any], origin: Origin, prefix: str = "") -> None:
        """Lay ``values`` over what is there: tables merge by key, everything else is replaced whole."""
        target = self._table(prefix)
        for key, value in values.items():
            dotted = f"{prefix}{key}"
            if isinstance(value, Mapping):
                if not isinstance(target.get(key), dict):
                    target[key] = {}
                self.origins.setdefault(dotted, origin)
                self.put(value, origin, f"{dotted}.")
            else:
                target[key] = value
                self.origins[dotted] = origin

    def _table(self, prefix: str) -> dict[str, Any]:
        table = self.values
        for name in prefix.split(".")[:-1]:
            table = table[name]
        return table

    def origin(self, key: str) -> Origin:
        """The origin of ``key``, or of the nearest table around it."""
        while key:
            if key in self.origins:
                return self.origins[key]
            key = key.rpartition(".")[0]
        return Origin("default", Path())


@dataclass(frozen=True)
class Config:
    """A whole configuration, checked."""

    source: str
    """The file it was read from, or a word that says there is none."""
    project: ProjectSettings
    ingest: BaseModel
    chain: tuple[StageSettings, ...]
    layers: Layered

    @property
    def lake(self) -> Path:
        """The folder of the lake."""
        return Path(self.project.lake)


def load_config(
    path: str | Path | None = None,
    overrides: Sequence[str] = (),
    lake: str | Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Config:
    """Read ``path`` (default ``./mbtool.toml`` if it is there) and lay environment and ``overrides`` over it.

    Args:
        path: a TOML file; its ``extends`` chain is read first.
        overrides: ``KEY=VALUE`` strings, the value as TOML or else as text.
        lake: replaces ``project.lake``.
        environment: default ``os.environ``.

    Raises:
        ConfigError: with every fault found.
    """
    layers, faults = Layered(), list[Fault]()
    chosen = Path(path) if path else (Path(DEFAULT_FILE) if Path(DEFAULT_FILE).exists() else None)
    here = Path.cwd()
    base = _package_recipe("base")
    if chosen is None:
        layers.put(_read_toml(base), Origin("mbtool:base", base.parent))
    else:
        for file in _chain_of(chosen, []):
            label = f"mbtool:{file.stem}" if file.parent == base.parent else str(file)
            values = {k: v for k, v in _read_toml(file).items() if k != "extends"}
            layers.put(values, Origin(label, file.parent))
    for key, value in _from_environment(os.environ if environment is None else environment):
        layers.put(
            _nested(key, value), Origin(f"environment {ENVIRONMENT_PREFIX}{key.upper().replace('.', '__')}", here)
        )
    for text in overrides:
        key, equals, value = text.partition("=")
        if not equals or not key.strip():
            faults.append(Fault("--set", text, "not of the form KEY=VALUE, for example --set topics.k=12"))
            continue
        layers.put(_nested(key.strip(), _toml_value(value)), Origin(f"--set {key.strip()}", here))
    if lake is not None:
        layers.put({"project": {"lake": str(lake)}}, Origin("--lake", here))
    config = _build(str(chosen) if chosen else "no file: the recipe mbtool:base", layers, faults)
    if faults or config is None:
        raise ConfigError("\n".join(map(str, faults)), "see: mbtool config show")
    return config


# --- layers -----------------------------------------------------------------------------------------------------


def _package_recipe(name: str) -> Path:
    return located(f"mbtool:recipes/{name}.toml")


def _chain_of(file: Path, seen: list[Path]) -> list[Path]:
    """The files of an ``extends`` chain, the base first."""
    resolved = file.resolve()
    if resolved in seen:
        loop = " → ".join(str(p) for p in [*seen, resolved])
        raise ConfigError(f"{file}: extends runs in a circle: {loop}")
    if not file.is_file():
        hint = "make one with: mbtool init" if not seen else f"named by extends in {seen[-1]}"
        what = "a folder, not a configuration file" if file.is_dir() else "no such configuration file"
        raise ConfigError(f"{file}: {what}", hint)
    extends = _read_toml(file).get("extends")
    if extends is None:
        return [file]
    if not isinstance(extends, str):
        raise ConfigError(f"{file}: extends: must be one file name or mbtool:NAME")
    if extends.startswith("mbtool:"):
        parent = _package_recipe(extends.removeprefix("mbtool:"))
        if not parent.is_file():
            known = sorted(p.stem for p in parent.parent.glob("*.toml"))
            raise ConfigError(f"{file}: extends: no recipe {extends!r}", "recipes: " + ", ".join(known))
    else:
        parent = file.parent / extends
    return [*_chain_of(parent, [*seen, resolved]), file]


def _read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(
            f"{file}: not valid TOML: {error}", "text stands in quotes, and = between key and value"
        ) from None
    except UnicodeDecodeError:
        raise ConfigError(f"{file}: not UTF-8 text", "save the file as UTF-8") from None
    except OSError as error:
        raise ConfigError(f"{file}: {error.strerror}", "may the file be read?") from None


def _from_environment(environment: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for name in sorted(environment):
        if name.startswith(ENVIRONMENT_PREFIX) and "__" in name:
            yield name.removeprefix(ENVIRONMENT_PREFIX).lower().replace("__", "."), _toml_value(environment[name])


def _toml_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _nested(key: str, value: Any) -> dict[str, Any]:
    head, _, rest = key.partition(".")
    return {head: _nested(rest, value) if rest else value}


# --- checking ---------------------------------------------------------------------------------------------------


def _build(source: str, layers: Layered, faults: list[Fault]) -> Config | None:
    known = {"project", "ingest", *(s.name for s in STAGES)}
    for key in layers.values:
        if key not in known:
            faults.append(Fault(layers.origin(key).label, key, "no such table" + _suggestion(key, known)))
    for key in known & set(layers.values):
        if not isinstance(layers.values[key], dict):
            faults.append(Fault(layers.origin(key).label, key, "must be a table"))
            layers.values[key] = {}
    project = _model(ProjectSettings, "project", layers, faults)
    ingest = _model(INGEST, "ingest", layers, faults)
    seed = project.seed if isinstance(project, ProjectSettings) else 0
    chain = [_stage_settings(stage, layers, faults, seed) for stage in STAGES]
    if faults or not isinstance(project, ProjectSettings) or ingest is None:
        return None
    return Config(source, project, ingest, tuple(s for s in chain if s is not None), layers)


def _stage_settings(stage: Stage[Any], layers: Layered, faults: list[Fault], seed: int) -> StageSettings | None:
    given = layers.values.get(stage.name, {})
    enabled, where = given.get("enabled", True), given.get("where")
    label = layers.origin(f"{stage.name}.enabled").label
    if not isinstance(enabled, bool):
        faults.append(Fault(label, f"{stage.name}.enabled", "must be true or false"))
    if where is not None:
        faults += _faults_of_where(where, stage.name, layers)
    if "seed" in stage.config.model_fields and "seed" not in given:
        layers.put({stage.name: {"seed": seed}}, Origin("project.seed", Path.cwd()))
    model = _model(stage.config, stage.name, layers, faults)
    if model is None:
        return None
    settings = {k: v for k, v in model.model_dump(mode="json").items() if k not in stage.free}
    files: dict[str, str] = {}
    for name in path_fields(stage.config):
        value = getattr(model, name)
        for index, file in enumerate([value] if isinstance(value, str) else value or ()):
            key = name if isinstance(value, str) else f"{name}.{index}"
            files[key] = str(located(file))
            if enabled and not file.startswith("mbtool:") and not Path(file).exists():
                faults.append(
                    Fault(layers.origin(f"{stage.name}.{name}").label, f"{stage.name}.{key}", _not_there(file))
                )
        # the content decides, not the place: a moved project reuses its results
        settings.pop(name, None)
    return StageSettings(
        stage=stage, config=model, settings=settings, files=files, enabled=enabled, where=where or None
    )


def _not_there(file: str) -> str:
    return f"{file}: no such file or folder"


def _faults_of_where(where: object, table: str, layers: Layered) -> Iterator[Fault]:
    label = layers.origin(f"{table}.where").label
    if not isinstance(where, str):
        yield Fault(label, f"{table}.where", "must be one SQL expression as text")
        return
    from mbtool.engine.where import check_where  # duckdb is loaded only where an expression is to be checked

    try:
        check_where(where)
    except ConfigError as error:
        yield Fault(label, f"{table}.where", error.message.splitlines()[0])


def _model(model: type[BaseModel], table: str, layers: Layered, faults: list[Fault]) -> BaseModel | None:
    given = {k: v for k, v in layers.values.get(table, {}).items() if k not in RESERVED or k in model.model_fields}
    given = _with_paths(model, table, given, layers)
    try:
        return model.model_validate_json(json.dumps(given, default=str))
    except ValidationError as error:
        found = error.errors(include_url=False)
        # an item that is wrong is also missing from its list: say the first only
        inner = {e["loc"][:n] for e in found for n in range(len(e["loc"]))}
        faults += [
            _fault(e, model, table, layers) for e in found if not (e["type"] == "too_short" and e["loc"] in inner)
        ]
        return None


def _fault(error: Any, model: type[BaseModel], table: str, layers: Layered) -> Fault:
    location = [str(part) for part in error["loc"]]
    key = ".".join([table, *location])
    problem = (error["msg"][0].lower() + error["msg"][1:]).removeprefix("value error, ")
    if error["type"] == "json_invalid":
        problem = "a path holds bytes that are not UTF-8: rename the folder, for example with convmv"
        return Fault(layers.origin(table).label, table, problem)
    if error["type"] == "value_error":
        problem = str(error["ctx"]["error"])
    if error["type"] == "extra_forbidden":
        problem = "no such key" + _suggestion(location[-1], _names_around(model, error["loc"]))
    elif not isinstance(error["input"], dict | list):
        problem += f" (it is {error['input']!r})"
    return Fault(layers.origin(key).label, key, problem)


def _names_around(model: type[BaseModel], location: Sequence[int | str]) -> set[str]:
    current: Any = model
    for part in location[:-1]:
        if isinstance(part, str) and part in current.model_fields:
            inner = list(_models_in(current.model_fields[part].annotation))
            current = inner[0] if inner else current
    return {*current.model_fields, *RESERVED}


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for inner in getattr(annotation, "__args__", ()):
        yield from _models_in(inner)


def _suggestion(word: str, known: set[str]) -> str:
    lower = {name.lower(): name for name in sorted(known)}
    near = difflib.get_close_matches(word.lower(), lower, n=1, cutoff=0.6)
    return f"; did you mean {lower[near[0]]!r}?" if near else "; known: " + ", ".join(sorted(known))


def _with_paths(model: type[BaseModel], table: str, given: Mapping[str, Any], layers: Layered) -> dict[str, Any]:
    """``given`` with every relative path made absolute, from the folder of the file in which it stands."""
    values = dict(given)
    paths = set(path_fields(model))
    for name, value in given.items():
        folder = layers.origin(f"{table}.{name}").folder
        if name in paths:
            values[name] = (
                [_absolute(v, folder) for v in value] if isinstance(value, list) else _absolute(value, folder)
            )
        elif isinstance(value, list) and name in model.model_fields:
            for inner in _models_in(model.model_fields[name].annotation):
                inner_paths = set(path_fields(inner))
                values[name] = [
                    {k: _absolute(v, folder) if k in inner_paths else v for k, v in item.items()}
                    if isinstance(item, dict)
                    else item
                    for item in value
                ]
    return values


def _absolute(value: Any, folder: Path) -> Any:
    if not isinstance(value, str) or value.startswith("mbtool:"):
        return value
    return os.path.normpath(folder / Path(value).expanduser())
