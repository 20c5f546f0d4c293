"""The command line: `hebook build STUDY` and its companions."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from helpers.errors import DataError


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 done, 1 the data or the analysis failed, 2 wrong usage."""
    options = _parser().parse_args(arguments)
    try:
        return options.run(options)
    except DataError as error:
        print(f"hebook: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"hebook: {error.strerror or error} ({error.filename or 'no file'})", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hebook", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for name, run, text in (
        ("build", _build, "execute the chapters of a study and publish its book"),
        ("check", _check, "list every problem of a study's cohort"),
        ("extract", _extract, "extract the features of every read"),
        ("simulate", _simulate, "write a synthetic cohort to disk"),
    ):
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("study", metavar="STUDY", help="the study's YAML file")
        command.add_argument("--jobs", type=int, default=os.cpu_count(), help="processes")
        if name == "simulate":
            command.add_argument("--out", type=Path, required=True, metavar="DIR")
        command.set_defaults(run=run)
    return parser


# Each command imports what it runs, so that `hebook --help` answers at once.
def _build(options: argparse.Namespace) -> int:
    from helpers.book import build_book
    from helpers.study import load_study

    page = build_book(load_study(options.study), options.jobs)
    print(f"The book is at {page}")
    return 0


def _check(options: argparse.Namespace) -> int:
    from helpers.check import check_study
    from helpers.study import load_study

    problems = check_study(load_study(options.study), options.jobs)
    for problem in problems:
        print(f"- {problem}")
    print(f"{len(problems)} problem(s) found")
    return 1 if problems else 0


def _extract(options: argparse.Namespace) -> int:
    from helpers.pipeline import extract_features, prepare_cohort
    from helpers.results import Results
    from helpers.study import load_study

    study = load_study(options.study)
    features, failures = extract_features(study, prepare_cohort(study, options.jobs), options.jobs)
    Results(study).write("features.parquet", features)
    for row in failures.itertuples(index=False):
        print(f"patient {row.patient_id}, read {row.read}: {row.reason}", file=sys.stderr)
    print(f"{len(features)} reads extracted, {len(failures)} failed")
    return 1 if len(failures) else 0


def _simulate(options: argparse.Namespace) -> int:
    from helpers.study import load_study
    from helpers.synthetic.simulate import simulate_cohort

    study = load_study(options.study)
    simulate_cohort(study.synthetic, study.seed, options.out, jobs=options.jobs)
    print(f"Synthetic cohort written to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
