"""Does raising entropy protect? The claims behind the reference study, decided."""

from scipy import stats

from eval_suite.doctor import claims
from eval_suite.doctor import entropy_gained
from eval_suite.doctor import overfitting_or_distance
from eval_suite.doctor.study import Study
from eval_suite.options.options import Options
from eval_suite.results.doctor.rows import ComparisonRow
from eval_suite.results.record import Record


def test_shadow_models(study: Study, record: Record) -> None:
    found = study.shadow_models()
    decide(record, found, [claims.SHADOWS])
    check_width(found)


def test_recipes(study: Study, options: Options, record: Record) -> None:
    cells = study.cells()
    for cell in cells:
        record("cell", **cell)
    found = overfitting_or_distance.compare(cells, options.seed)
    decide(record, found, [claims.OVERFITTING, claims.DISTANCE, claims.PREDICTION])
    halves = [cell["asked_once"] for cell in cells]
    agreement = stats.spearmanr(*zip(*halves, strict=True)).statistic
    assert agreement > 0.5, (
        "the attack ranks recipes on half of their models as on the other half by "
        f"{agreement:.2f}; expected above 0.5, or the recipes differ too little for "
        "anything to tell their risk"
    )


def test_augmentation(study: Study, record: Record) -> None:
    found = study.augmentations()
    decide(record, found, [claims.LOWERED, claims.ADAPTED])
    check_width(found)


def test_entropy(study: Study, options: Options, record: Record) -> None:
    rows = study.entropy()
    for row in rows:
        record("entropy", **row)
    found = entropy_gained.compare_distances(rows, options.seed)
    decide(record, found, [claims.DEFENDED])
    decide(record, entropy_gained.compare(rows, options.seed), [claims.ENTROPY])
    base = rows[0]["entropy"]
    gaining = [row["name"] for row in rows[1:] if row["entropy"] > base]
    assert len(gaining) > len(rows) / 3, (
        f"{len(gaining)} of {len(rows) - 1} defenses raise the entropy above "
        f"{base:.3f}; expected more than a third, or nothing is told"
    )


def decide(
    record: Record, found: list[ComparisonRow], decided: list[claims.Claim]
) -> None:
    """Records comparisons, and what they say of the claims that hang on them."""
    for row in found:
        record("comparison", **row)
    for claim in decided:
        record("claim", **claim.decided(found))


def check_width(found: list[ComparisonRow]) -> None:
    """Fails where an interval of an AUC's difference is too wide to tell anything."""
    widest = max(row["high"] - row["low"] for row in found)
    assert widest < 0.1, (
        f"an interval is {widest:.2f} wide; expected less than 0.1, or nothing is told"
    )
