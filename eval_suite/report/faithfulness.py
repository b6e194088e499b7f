"""The run beside the figures that the reference study published."""

from eval_suite.report.format import percent
from eval_suite.report.format import ratio


def faithfulness_table(results: dict) -> list[str]:
    """Returns measured beside published figures, as lines of Markdown.

    Args:
        results: Results of a run with `--profile study`.
    """
    lines = [
        "| model | accuracy | published | latency | published | best AUC | published | "
        "advantage | published | why they differ |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    base_us = results["defenses"][0]["published"]["latency_us"]
    for row in results["defenses"]:
        published = row["published"]
        if published is None:
            continue
        latency = (row["latency_ratio"] or {}).get("1")
        cells = [
            row["name"],
            percent(row["accuracy"]),
            f"{published['accuracy_pct']:.1f} %",
            f"× {ratio(latency)}",
            f"× {published['latency_us'] / base_us:.2f}",
            percent(row["strongest_auc"]),
            f"{published['auc_pct']:.0f} %",
            percent(row["strongest_advantage"]),
            f"{published['advantage_pct']:.0f} %",
            row.get("differs") or "",
        ]
        lines.append(f"| {' | '.join(cells)} |")
    return lines
