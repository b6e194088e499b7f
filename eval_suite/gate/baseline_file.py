"""The file that a later run is compared with."""

from __future__ import annotations

import base64
import dataclasses
import json
import math
import os
import tempfile
from collections.abc import Iterable
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from typing import get_origin
from typing import get_type_hints

import numpy as np
from scipy import stats

from eval_suite.gate.estimate import Estimate
from eval_suite.gate.replicates import REPLICATES
from eval_suite.gate.replicates import replicate_deviations
from eval_suite.gate.run_identity import RENEW
from eval_suite.results.gate_rows import AucRow
from eval_suite.results.gate_rows import ExamplesAucRow
from eval_suite.results.gate_rows import ExamplesIdentity
from eval_suite.results.gate_rows import GameIdentity
from eval_suite.results.gate_rows import PairsAucRow
from eval_suite.results.gate_rows import RunIdentity
from eval_suite.results.recorded import Recorded
from keras_entropy.arrays import Booleans
from keras_entropy.arrays import Floats
from keras_entropy.arrays import Integers
from keras_entropy.attacks.statistics.auc_influence import auc_influence

# 2: the identity tells what was asked about each example.
SCHEMA_VERSION = 2
SEED = 0
_HOW = RENEW.capitalize()


class BaselineError(ValueError):
    """A baseline file that can't be used; the message says why."""


@dataclasses.dataclass(frozen=True)
class Baseline:
    """The AUCs of one run, to compare another with.

    Args:
        identity: The examples or the game of the run.
        rows: By defense and attack: `example_rows` or `pair_row`.
    """

    identity: RunIdentity
    rows: dict[tuple[str, str], AucRow]

    @classmethod
    def of(cls, identity: RunIdentity, rows: Iterable[AucRow]) -> Baseline:
        """Returns the baseline that rows make."""
        return cls(identity, {(row["defense"], row["attack"]): row for row in rows})

    @classmethod
    def of_run(cls, recorded: Recorded) -> Baseline | None:
        """Returns the baseline that a run makes, `None` if nothing was measured."""
        if not recorded.gate_identity or not recorded.gate_auc:
            return None
        return cls.of(recorded.gate_identity[0], recorded.gate_auc)

    @classmethod
    def read(cls, path: Path) -> Baseline:
        """Reads a baseline file.

        Raises:
            BaselineError: If it is missing, damaged or of another schema.
        """
        try:
            found: Any = json.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            raise BaselineError(f"{path}: no such file. {_HOW}") from None
        except (OSError, ValueError) as error:
            raise BaselineError(f"{path}: not readable ({error}). {_HOW}") from error
        version = found.get("schema_version") if isinstance(found, dict) else None
        if version == 1:
            raise BaselineError(
                f"{path}: the baseline is of version 1, from before neighbors of an "
                "input were asked; it can't be compared. Renew it by the command that "
                f"made it: pytest --pyargs eval_suite ... --baseline {path} "
                "--update-baseline"
            )
        if version != SCHEMA_VERSION or found.get("resampling") != _RESAMPLING:
            raise BaselineError(
                f"{path}: the baseline is of another schema: version {version}; now "
                f"{SCHEMA_VERSION}. {_HOW}"
            )
        try:
            _check_rows(found["rows"])
            _check_identity(found["identity"])
        except (KeyError, TypeError, ValueError) as error:
            raise BaselineError(f"{path}: damaged ({error!r}). {_HOW}") from error
        if not found["rows"]:
            raise BaselineError(f"{path}: holds no attack to compare. {_HOW}")
        return cls.of(found["identity"], found["rows"])

    def write(self, path: Path) -> None:
        """Writes the file, all or nothing, one row a line for readable changes."""
        rows = ",\n".join(json.dumps(row) for row in self.rows.values())
        head = {
            "schema_version": SCHEMA_VERSION,
            "resampling": _RESAMPLING,
            "identity": self.identity,
        }
        text = (
            json.dumps(head, indent=1).removesuffix("\n}")
            + f',\n "rows": [\n{rows}\n]\n}}\n'
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with open(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.chmod(name, 0o644)
            os.replace(name, path)
        except BaseException:
            os.unlink(name)
            raise


_RESAMPLING = {"seed": SEED, "replicates": REPLICATES}


def example_rows(
    defense: str,
    scores: Mapping[str, tuple[Floats, Integers | None]],
    member: Booleans,
) -> list[ExamplesAucRow]:
    """Returns the rows of the attacks on one model.

    Args:
        defense: Name.
        scores: By attack: scores `(n,)`, larger for a likelier member, NaN for an
            example that is not scored; and folds `(n,)` where scores compare within a
            fold only, or `None`.
        member: Boolean array `(n,)`.
    """
    aucs, influences = [], np.zeros((member.size, len(scores)))
    for column, (values, folds) in enumerate(scores.values()):
        used = ~np.isnan(values)
        auc, influences[used, column] = auc_influence(
            values[used], member[used], None if folds is None else folds[used]
        )
        aucs.append(auc)
    deviations = replicate_deviations(influences, member, seed=SEED)
    return [
        {
            "defense": defense,
            "attack": attack,
            "auc": auc,
            "members": int(member.sum()),
            "nonmembers": int((~member).sum()),
            "deviations": _encode(own),
        }
        for attack, auc, own in zip(scores, aucs, deviations, strict=True)
    ]


def pair_row(defense: str, attack: str, pair_auc: Floats) -> PairsAucRow:
    """Returns the row of one attack in a membership game.

    Args:
        defense: Name.
        attack: Name.
        pair_auc: Float array, the mean AUC of each complementary pair of models.
    """
    return {
        "defense": defense,
        "attack": attack,
        "auc": float(np.mean(pair_auc)),
        "pairs": [round(float(auc), 6) for auc in pair_auc],
    }


def change(then: AucRow, now: AucRow, *, paired: bool) -> Estimate:
    """Returns the change of an AUC between two runs.

    Over examples its error is the spread of the replicates' differences, with a normal
    tail; over pairs of models it is Student's t of the pairs' differences.

    Args:
        then: Row of the baseline.
        now: Row of this run, of the same kind.
        paired: Whether both are on the same examples. Pairs of a game always are.
    """
    if "pairs" in now and "pairs" in then:
        differences = np.subtract(now["pairs"], then["pairs"])
        error = stats.sem(differences) if np.ptp(differences) else 0.0
        degrees = differences.size - 1
        return Estimate(float(differences.mean()), error, error, degrees)
    if "pairs" in now or "pairs" in then:
        raise ValueError("One AUC is over examples and the other over pairs of models")
    before, after = (_decode(row["deviations"]) for row in (then, now))
    if paired:
        error = float(np.std(after - before, ddof=1))
    else:
        error = math.hypot(np.std(before, ddof=1), np.std(after, ddof=1))
    return Estimate(now["auc"] - then["auc"], error, error)


_IDENTITIES = {"examples": ExamplesIdentity, "game": GameIdentity}


def _check_identity(identity: dict[str, Any]) -> None:
    kind = identity["kind"]
    if kind not in _IDENTITIES:
        raise ValueError(f"kind {kind!r}")
    for key in get_type_hints(_IDENTITIES[kind]):
        if key not in identity:
            raise KeyError(key)


def _check_rows(rows: list[dict[str, Any]]) -> None:
    for row in rows:
        form = PairsAucRow if "pairs" in row else ExamplesAucRow
        for key, kind in get_type_hints(form).items():
            if not isinstance(row[key], get_origin(kind) or kind):
                raise ValueError(f"{key} {row[key]!r}")
        if "deviations" in row and len(_decode(row["deviations"])) != REPLICATES:
            raise ValueError(f"replicates of {row['defense']}, {row['attack']}")


def _encode(deviations: Floats) -> str:
    """Returns half-precision numbers as text: 11 bits of a deviation are plenty."""
    return base64.b64encode(deviations.astype("<f2").tobytes()).decode("ascii")


def _decode(text: str) -> Floats:
    return np.frombuffer(base64.b64decode(text), "<f2").astype("float64")
