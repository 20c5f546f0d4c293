"""How long the joint search for 2 × 2 tables takes when neither n nor prevalence is known.

The four training models of Liu & He 2025, every split of every total up to 2000 (two million group
sizes), under each reading of the printed digits. Processor time, one core.
"""

from __future__ import annotations

from time import process_time

from helpers.audit.confusion import all_splits, joint_search
from helpers.audit.performance_tables import READINGS, measures_of
from helpers.published import load_published

LARGEST, REPEATS = 2000, 3


def main() -> None:
    """Print the time and the number of group sizes found for each cohort and reading."""
    splits = all_splits(range(2, LARGEST + 1))
    print(f"{len(splits):,} group sizes, totals up to {LARGEST}")
    print(f"{'cohort':<10}{'reading':<26}{'seconds':>8}{'sizes':>8}  smallest total")
    for cohort, block in load_published().tables["table2"].cohorts.items():
        models = {name: measures_of(cells) for name, cells in block.models.items()}
        for reading, (capped, slack) in READINGS.items():
            times = []
            for _ in range(REPEATS):
                start = process_time()
                found = joint_search(models, splits, capped, slack)
                times.append(process_time() - start)
            least = min((one.positives + one.negatives for one in found), default="none")
            print(f"{cohort:<10}{reading:<26}{min(times):>8.2f}{len(found):>8}  {least}")


if __name__ == "__main__":
    main()
