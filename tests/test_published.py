"""The printed numbers: complete, with their digits, and refused where they are not text."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from helpers.errors import DataError
from helpers.published import DEFAULT, load_published

PAPER = Path(__file__).resolve().parents[2] / "shared" / "paper" / "000_43cad3cfdc30bd49.txt"
COUNTS = {"abstract": 14, "text": 64, "table1": 97, "table2": 67, "table3": 24}
NUMERAL = re.compile(r"-?\d+(?:\.\d+)*")


@pytest.fixture(scope="module")
def published():
    return load_published()


def test_numbers_per_table(published):
    assert Counter(number.table for number in published.numbers) == COUNTS
    assert len({number.key for number in published.numbers}) == len(published.numbers)


@pytest.fixture(scope="module")
def paper():
    if not PAPER.is_file():
        pytest.skip("the paper's text is not beside the repository")
    return PAPER.read_text(encoding="utf-8")


def numerals(text):
    """Every number in a piece of the paper without marks, exponents and table or figure names."""
    text = re.sub(r"<sup>.*?</sup>|F1|(图|表)\s*\d+[AB]?|https?://\S+", " ", text)
    text = re.sub(r"(?<=\d) (?=\d{3}(?!\d))", "", text)  # 1 688
    text = text.replace("~", " ").replace("—", " ").replace("×", " ").replace(chr(0xFF0D), " ")
    return Counter(NUMERAL.findall(re.sub(r"χ\^2|\\chi\^2|\$\\bar\{x\}.*?\$", " ", text)))


@pytest.mark.parametrize(
    ("table", "start", "end"),
    [
        ("table1", "入院变量", "A:训练队列中ROC"),
        ("table2", "分组\tAUC", "表 3 四种机器"),
        ("table3", "模型比较\t训练组", "### 3"),
    ],
)
def test_every_numeral_of_a_table_is_there(published, paper, table, start, end):
    piece = paper[paper.index(start) : paper.index(end)]
    printed = Counter(
        number.printed.lstrip("<>") for number in published.numbers if number.table == table
    )
    assert numerals(piece) == printed


def test_every_numeral_of_the_text_is_there(published, paper):
    """All prose from the introduction to the end of the discussion, marks and headings away."""
    prose = paper[paper.index("自发性脑出血(spont") : paper.index("**伦理学声明")]
    prose = prose[: prose.index("表1 训练组中")] + prose[prose.index("### 3 讨") :]
    for away in (r"收稿日期.*", r"^作者单位.*?(?=^## 1)", r"^通信作者.*", r"^#+ .*"):
        prose = re.sub(away, "\n", prose, flags=re.M | (re.S if "单位" in away else 0))
    prose = re.sub(r"^\d\.\d(?= )", " ", prose, flags=re.M)  # section numbers
    prose = re.sub(r"C1前弓|\$z = .*?\$|\d+\)(?=外伤|原发|复查|基线)", " ", prose)
    prose = re.sub(r"(?<=\()[1-4](?=\))", " ", prose)  # lists
    printed = Counter(
        number.printed.lstrip("<>") for number in published.numbers if number.table == "text"
    )
    assert numerals(prose) == printed


def test_abstract_numbers_are_in_the_abstract(published, paper):
    piece = paper[paper.index("**摘要:**") : paper.index("**关键词")]
    printed = Counter(n.printed for n in published.numbers if n.table == "abstract")
    assert numerals(piece) == printed


def test_place_unit_and_meaning(published):
    number = published.number("table1", "systolic_bp", "expansion: mean")
    assert (number.printed, number.unit, number.place) == ("181.0", "mmHg", "Table 1")
    assert all(number.place and number.meaning for number in published.numbers)
    with pytest.raises(KeyError, match="no number is printed"):
        published.number("table1", "height", "p")


def changed(tmp_path, change):
    raw = yaml.safe_load(DEFAULT.read_text(encoding="utf-8"))
    change(raw)
    file = tmp_path / "changed.yaml"
    file.write_text(yaml.safe_dump(raw, allow_unicode=True), encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda raw: raw["tables"]["table1"]["rows"]["age"].update(p=0.69), "in quotes"),
        (lambda raw: raw["tables"]["table1"]["rows"]["age"].update(pp="0.69"), "pp"),
        (lambda raw: raw["tables"]["table1"]["rows"]["age"].update(p="abc"), "'abc'"),
        (lambda raw: raw["tables"]["table1"]["sizes"].update(other="3"), "other"),
        (lambda raw: raw["tables"]["table3"].update(auc_from="table9"), "table9"),
        (lambda raw: raw["tables"]["table3"].update(auc_from="table1"), "not a table of the kind"),
        (
            lambda raw: raw["tables"]["table2"]["cohorts"]["training"].update(groups="text"),
            "not a table of the kind",
        ),
        (lambda raw: raw["tables"]["table1"]["sizes"].update(expansion="51.5"), "51.5"),
        (lambda raw: raw["tables"]["table1"]["rows"]["age"].update(p="3.6.0"), "3.6.0"),
        (lambda raw: raw["relations"][0].pop("parts"), "needs parts"),
        (lambda raw: raw["relations"][0].update(total=["text", "x", "n"]), "not a number here"),
    ],
)
def test_problems_are_named(tmp_path, change, message):
    with pytest.raises(DataError, match=message):
        load_published(changed(tmp_path, change))


def test_unreadable_files_are_refused(tmp_path):
    with pytest.raises(DataError, match="no such file"):
        load_published(tmp_path / "none.yaml")
    file = tmp_path / "bad.yaml"
    file.write_text("a: [", encoding="utf-8")
    with pytest.raises(DataError, match="not readable as YAML"):
        load_published(file)
    file.write_text("just text", encoding="utf-8")
    with pytest.raises(DataError, match="does not hold printed numbers"):
        load_published(file)
