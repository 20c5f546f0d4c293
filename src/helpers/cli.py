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
    except OSError as error:
        print(f"hebook: {error.strerror or error} ({error.filename or 'no file'})", file=sys.stderr)
    except KeyboardInterrupt:
        print("hebook: stopped; what was finished is kept", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hebook", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name, run, text, study=True, jobs=True):
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        if study:
            added.add_argument("study", metavar="STUDY", help="the study's YAML file")
        if jobs:
            added.add_argument("--jobs", type=_positive, default=os.cpu_count(), help="processes")
        return added

    command("build", _build, "execute the chapters of a study and publish its book")
    check = command("check", _check, "list every problem of a study's cohort")
    check.add_argument("--json", action="store_true", help="machine-readable findings")
    extract = command("extract", _extract, "extract the features of every read")
    extract.add_argument("--scheduler", metavar="tcp://…", help="a running Dask scheduler")
    simulate = command("simulate", _simulate, "write a synthetic cohort to disk")
    simulate.add_argument("--out", type=Path, required=True, metavar="DIR")
    simulate.add_argument(
        "--dicom", action="store_true", help="CT as DICOM series and the table as XLSX"
    )
    new = command("new", _new, "scaffold a study", study=False, jobs=False)
    new.add_argument("folder", type=Path, metavar="DIR")
    dicom = command("import-dicom", _import_dicom, "DICOM export to one NIfTI a patient", False)
    dicom.add_argument("source", type=Path, metavar="SRC")
    dicom.add_argument("target", type=Path, metavar="DST")
    dicom.add_argument(
        "--key", type=Path, metavar="FILE", help="where the pseudonym key goes; keep it apart"
    )
    dicom.add_argument("--series", metavar="TEXT", help="take the series described by this text")
    predict = commands.add_parser("predict", help="score new patients with a saved model")
    predict.add_argument("model", type=Path, metavar="MODEL", help="NAME.skops")
    predict.add_argument("study", metavar="STUDY", help="a study that describes the new patients")
    predict.add_argument("--out", type=Path, metavar="DIR", help="default: the study's results")
    predict.add_argument("--jobs", type=_positive, default=os.cpu_count(), help="processes")
    predict.set_defaults(run=_predict)
    audit = command("audit", _audit, "check the printed numbers of a paper", False, False)
    audit.add_argument("file", type=Path, metavar="FILE.yaml")
    serve = command(
        "serve", _serve, "read a built book in a browser, on this machine only", jobs=False
    )
    serve.add_argument("--port", type=int, default=8000)
    command("pdf", _pdf, "print a built book as one PDF", jobs=False)
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} processes; expected at least 1")
    return number


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

    findings = check_study(load_study(options.study), options.jobs)
    print(findings.to_json() if options.json else findings)
    return 1 if findings.errors else 0


def _extract(options: argparse.Namespace) -> int:
    from helpers.pipeline import extract_features, prepare_cohort
    from helpers.results import Results
    from helpers.study import load_study

    study = load_study(options.study)
    cohort = prepare_cohort(study, options.jobs)
    features, missing = extract_features(study, cohort, options.jobs, options.scheduler)
    Results(study).write("features.parquet", features)
    for row in missing.itertuples(index=False):
        print(f"patient {row.patient_id}, read {row.read}: {row.reason}", file=sys.stderr)
    print(f"{len(features)} reads extracted, {len(missing)} failed")
    return 1 if len(missing) else 0


def _simulate(options: argparse.Namespace) -> int:
    from helpers.study import load_study
    from helpers.synthetic.dicom_export import export_dicom
    from helpers.synthetic.simulate import simulate_cohort

    study = load_study(options.study)
    if options.dicom:
        simulate_cohort(study.synthetic, study.seed, study.paths.cohort, jobs=options.jobs)
        export_dicom(study.paths.cohort, options.out)
    else:
        simulate_cohort(study.synthetic, study.seed, options.out, jobs=options.jobs)
    print(f"Synthetic cohort written to {options.out}")
    return 0


def _new(options: argparse.Namespace) -> int:
    from helpers.scaffold import new_study

    print(f"A study was laid out in {new_study(options.folder)}")
    return 0


def _import_dicom(options: argparse.Namespace) -> int:
    from helpers.imaging.dicom_import import import_dicom

    key = options.key or options.target.with_name(f"{options.target.name}-key.csv")
    report = import_dicom(options.source, options.target, key, options.series, options.jobs)
    print(report)
    return 0 if len(report.taken) else 1


def _predict(options: argparse.Namespace) -> int:
    from helpers.predict import predict
    from helpers.study import load_study

    print(predict(options.model, load_study(options.study), options.jobs, options.out))
    return 0


def _audit(options: argparse.Namespace) -> int:
    from helpers.audit.report import audit_file

    print(audit_file(options.file))
    return 0


def _serve(options: argparse.Namespace) -> int:
    from helpers.serve import serve
    from helpers.study import load_study

    serve(load_study(options.study), options.port)
    return 0


def _pdf(options: argparse.Namespace) -> int:
    from helpers.pdf import print_pdf
    from helpers.study import load_study

    print(f"The PDF is at {print_pdf(load_study(options.study))}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
