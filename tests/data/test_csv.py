"""CSV texts as people really paste them, and what is said about those that cannot be used."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.errors import DataError
from app.data.examples import Examples
from app.data.limits import MAX_EXAMPLES, MAX_FEATURES, MAX_OUTPUTS, MAX_TEXT
from app.data.loading import load


def table(text: str, **options: object) -> Examples:
    return load("csv", {"text": text, "test_fraction": 0, "standardize": False, **options}, 0)


def error(text: str, **options: object) -> DataError:
    with pytest.raises(DataError) as caught:
        table(text, **options)
    return caught.value


def test_a_header_names_the_columns_and_the_last_is_the_target() -> None:
    examples = table("width,height,area\n1,2,2\n2,3.5,7\n")
    assert examples.inputs.tolist() == [[1, 2], [2, 3.5]]
    assert examples.targets.tolist() == [[2], [7]]
    assert examples.input_names == ("width", "height")
    assert examples.target_names == ("area",)
    assert examples.task == "regression"


def test_without_a_header_columns_are_numbered() -> None:
    examples = table("1,2,2\n2,3.5,7")
    assert examples.inputs.tolist() == [[1, 2], [2, 3.5]]
    assert examples.input_names == ("I1", "I2")
    assert examples.target_names == ("Y1",)


def test_an_unnamed_index_column_gets_a_name() -> None:
    assert table(",a,b\n0,1,2\n").input_names == ("I1", "a")


@pytest.mark.parametrize(
    "text",
    [
        "a;b\n1;2\n",
        "a\tb\n1\t2\n",
        "\ufeffa,b\r\n1,2\r\n",
        "# measured in May\n\na , b\n\n1 , 2\n,\n",
        '"a","b"\n"1","2"\n',
        "a,b\r1,2\r",
    ],
    ids=["semicolons", "tabs", "Excel", "comments and gaps", "quotes", "old Mac"],
)
def test_spellings_of_one_table(text: str) -> None:
    examples = table(text)
    assert examples.inputs.tolist() == [[1]]
    assert examples.targets.tolist() == [[2]]
    assert examples.input_names == ("a",)
    assert examples.target_names == ("b",)


def test_two_class_names_become_one_column_of_bits() -> None:
    examples = table("x,passed\n1,yes\n2,no\n3,yes\n")
    assert examples.targets.tolist() == [[1], [0], [1]]
    assert examples.class_names == ("no", "yes")
    assert examples.target_names == ("passed",)
    assert examples.task == "classification"


def test_more_class_names_become_one_column_each() -> None:
    examples = table("1,red\n2,green\n3,blue\n4,red\n")
    assert examples.targets.tolist() == [[0, 0, 1], [0, 1, 0], [1, 0, 0], [0, 0, 1]]
    assert examples.target_names == examples.class_names == ("blue", "green", "red")


def test_numbered_classes_are_in_the_order_of_numbers() -> None:
    examples = table("1,10\n2,9\n3,10.0\n4,11\n", targets="classes")
    assert examples.class_names == ("9", "10", "11")
    assert examples.targets.tolist() == [[0, 1, 0], [1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_a_column_of_bits_is_classification() -> None:
    assert table("1,0\n2,1\n").task == "classification"


@pytest.mark.parametrize("columns", ["y,x", "4,2", " y , 2 ", '"y","x"'])
def test_target_columns_by_name_or_number_in_the_order_given(columns: str) -> None:
    examples = table("a,x,b,y\n1,2,3,4\n5,6,7,8\n", target_columns=columns)
    assert examples.inputs.tolist() == [[1, 3], [5, 7]]
    assert examples.targets.tolist() == [[4, 2], [8, 6]]
    assert examples.target_names == ("y", "x")


def test_a_name_may_look_like_a_number_or_hold_a_comma() -> None:
    text = '"2","a,b",x\n1,2,3\n'
    with pytest.raises(DataError):
        table(text)  # a number in the first row: no header
    assert table('year,"a,b",x\n1,2,3\n', target_columns='"a,b"').targets.tolist() == [[2]]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a,b\n1,2\n3,x\n5,6\n7,8\n", ["Line 3", 'column 2 ("b")', '"x"', "number"]),
        ("a,b\n1,2\n\nred,4\n", ["Line 4", 'column 1 ("a")', '"red"', "only a target"]),
        ("1,2\n3,\n", ["Line 2", "column 2", "empty"]),
        ("a;b\n1,5;2\n", ["Line 2", '"1,5"', "decimals with a point"]),
        ("1,2\nnan,3\n", ["Line 2", "column 1", "finite"]),
        ("1,2\n3,-inf\n", ["Line 2", "column 2", "finite"]),
        ("1,2\n1e200,3\n", ["Line 2", "column 1", "too large"]),
        ("1,2\n1_000,3\n", ["Line 2", "column 1", "not a number"]),
        ("a,b\n1,2\n3\n", ["Line 3 has 1 value,", "the first line has 2."]),
        ("a,b,a\n1,2,3\n", ["Line 1, column 3", 'column 1 is called "a" too']),
        ("a,b\n", ["header but no row"]),
        ("", ["Empty"]),
        ("# nothing\n\n", ["Empty"]),
        (",\n,\n", ["Empty"]),
        ("1\n2\n", ["Line 1", "one column only"]),
        ('a,b\n1,"2\n', ["Line 2", "quotation mark"]),
        ("a," + "b" * 101 + "\n1,2\n", ["Line 1, column 2", "too long"]),
        ("1,yes\n2,\n3,no\n", ["Line 2", "column 2", "empty", "class"]),
        ("1," + "b" * 101 + "\n2,c\n", ["Line 1", "column 2", "too long"]),
    ],
)
def test_errors_name_line_and_column(text: str, words: list[str]) -> None:
    found = error(text)
    assert found.field == "text"
    for word in words:
        assert word in found.detail


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"target_columns": "c"}, ['"c"', "1 to 2", '"a", "b"']),
        ({"target_columns": "3"}, ['"3"', "1 to 2"]),
        ({"target_columns": "0"}, ['"0"']),
        ({"target_columns": "a,,b"}, ['""']),
        ({"target_columns": "a,1"}, ["twice"]),
        ({"target_columns": "a\rb"}, ["separated by commas"]),
        ({"target_columns": "a,b"}, ["leave at least one"]),
        ({"target_columns": "a", "targets": "classes"}, ["1 different"]),
    ],
)
def test_errors_about_the_choice_of_targets(options: dict[str, object], words: list[str]) -> None:
    found = error("a,b\n1,2\n1,4\n", **options)
    assert found.field == "target_columns"
    for word in words:
        assert word in found.detail


def test_names_among_several_targets_are_refused() -> None:
    found = error("1,red,2\n3,blue,4\n", target_columns="2,3")
    assert "Line 1" in found.detail
    assert '"red"' in found.detail
    assert error("1,2,3\n", target_columns="2,3", targets="classes").field == "target_columns"


@pytest.mark.parametrize(
    ("text", "options", "field"),
    [
        ("1,2\n" * (MAX_TEXT // 4 + 1), {}, "text"),
        ("1,2\n" * (MAX_EXAMPLES + 1), {}, "text"),
        (",".join("1" * (MAX_FEATURES + 2)), {}, "text"),
        (
            ",".join("1" * (MAX_OUTPUTS + 2)),
            {"target_columns": ",".join(map(str, range(1, MAX_OUTPUTS + 2)))},
            "target_columns",
        ),
        ("\n".join(f"1,c{i}" for i in range(MAX_OUTPUTS + 1)), {}, "target_columns"),
    ],
    ids=["characters", "rows", "inputs", "targets", "classes"],
)
def test_limits(text: str, options: dict[str, object], field: str) -> None:
    found = error(text, **options)
    assert found.field == field
    assert any(digit.isdecimal() for digit in found.detail)


def table_or_error(text: str, target_columns: str) -> Examples | DataError:
    try:
        return table(text, target_columns=target_columns)
    except DataError as refused:
        return refused


finite = st.floats(-1e9, 1e9)


@given(
    st.integers(2, 5).flatmap(
        lambda n: st.lists(st.lists(finite, min_size=n, max_size=n), min_size=1)
    )
)
def test_numbers_come_back_bit_for_bit(rows: list[list[float]]) -> None:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    examples = table(text.getvalue())
    np.testing.assert_array_equal(np.hstack([examples.inputs, examples.targets]), rows)


@given(st.text(st.sampled_from("1a.,;\t\n\r\"'# -"), max_size=60), st.text(max_size=10))
def test_no_text_ends_in_anything_but_examples_or_words(text: str, columns: str) -> None:
    outcome = table_or_error(text, columns)
    if isinstance(outcome, DataError):
        assert outcome.field in ("text", "target_columns")
        assert outcome.detail
    else:
        assert np.isfinite(np.hstack([outcome.inputs, outcome.targets])).all()


@pytest.mark.parametrize("name", ['"x;a;"', '"x&amp;"', '"x\ty"'])
def test_a_separator_within_quotes_separates_nothing(name: str) -> None:
    text = f"{name},y,k\n1,2,a\n2,1,b\n3,3,a\n4,4,b\n"
    examples = load("csv", {"text": text}, 0)
    assert examples.input_names == (name.strip('"'), "y")
