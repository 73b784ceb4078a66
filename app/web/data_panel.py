"""The Data panel: the preset, the data set and its options, and examples of one's own."""

from dataclasses import dataclass

from app.data.data_sets import DATA_SETS
from app.language import _, ngettext
from app.session.presets import PRESETS
from app.session.session import Session
from app.session.spec import InlineData
from app.web.fields import (
    Draft,
    Field,
    Selectable,
    element_id,
    entry_field,
    make_field,
    option_fields,
)
from app.web.figures import count, typed

MOST_ROWS = 16
MOST_CELLS = 6
"""Own examples are edited cell by cell where the table is no larger than this."""


@dataclass(frozen=True)
class Cell:
    """One number of an own example."""

    pointer: str
    value: str
    label: str
    target: bool
    error: str

    @property
    def id(self) -> str:
        """Its id in the page."""
        return element_id(self.pointer)


@dataclass(frozen=True)
class Table:
    """Own examples, small enough to be edited cell by cell."""

    input_names: tuple[str, ...]
    target_names: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True)
class Upload:
    """The form for a table of somebody's own: what was typed and why it was refused."""

    text: str
    target_columns: str
    example: str
    error: str


@dataclass(frozen=True)
class DataPanel:
    """preset: name of the preset that the spec is, "" where it has been changed. read: what was
    made of a table of somebody's own, "" for other data.
    """

    preset: str
    presets: tuple[Selectable, ...]
    preset_doc: str
    source: Field
    source_doc: str
    options: tuple[Field, ...]
    more: tuple[Field, ...]
    table: Table | None
    read: str
    summary: str
    upload: Upload
    error: str


def data_panel(session: Session, draft: Draft) -> DataPanel:
    """The panel. draft: a form that was refused, shown with its errors."""
    spec, examples = session.spec, session.run.examples
    preset = next((name for name, p in PRESETS.items() if p.spec == spec), "")
    own = Selectable("inline", _("Own examples"), _("Examples typed into the table below."))
    without = () if spec.data.source == "csv" else ("csv",)
    source = entry_field(
        "/data/source",
        _("Data set"),
        DATA_SETS,
        spec.data.source,
        draft,
        more=[own],
        without=without,
    )
    options: list[Field] = []
    if not isinstance(spec.data, InlineData):
        entry, values = DATA_SETS[spec.data.source], spec.data.model_dump()
        options = option_fields("/data", entry, values, draft, without=["text"])
    seldom = {"/data/standardize", "/data/labels", "/data/target_columns", "/data/targets"}
    if all(field.pointer != "/data/samples" for field in options):
        seldom.add("/data/test_fraction")
    seed = make_field(
        "/seed",
        _("Seed"),
        "integer",
        spec.seed,
        draft,
        doc=_("All that is random follows from it: data, first weights, the order of examples."),
    )
    train, test = len(examples.inputs), examples.test_inputs
    summary = ngettext("{count} example", "{count} examples", train).format(count=count(train))
    if test is not None:
        summary = _("{train} for training, {test} to test").format(
            train=count(train), test=count(len(test))
        )
    return DataPanel(
        preset=preset,
        presets=preset_choices(),
        preset_doc=_(PRESETS[preset].doc) if preset else "",
        source=source,
        source_doc="" if preset else source.doc,
        options=tuple(field for field in options if field.pointer not in seldom),
        more=(*(field for field in options if field.pointer in seldom), seed),
        table=_table(session, draft),
        read=_read(session),
        summary=summary,
        upload=Upload(
            text=draft.typed.get("text", ""),
            target_columns=draft.typed.get("target_columns", ""),
            example="I1,I2,Y1\n0,0,0\n0,1,1\n…",
            error=draft.errors.get("upload", ""),
        ),
        error=_table_error(draft),
    )


def _read(session: Session) -> str:
    """How many examples a table of somebody's own has, and what was done to them."""
    data, examples = session.spec.data, session.run.examples
    if data.source != "csv":
        return ""
    train = len(examples.inputs)
    test = 0 if examples.test_inputs is None else len(examples.test_inputs)
    text = ngettext("{count} example was read", "{count} examples were read", train + test)
    divided = (
        _("{read}: {train} to train with, {test} kept to test.")
        if test
        else _("{read}, all to train with; none is kept to test.")
    )
    scaled = (
        _("Inputs are as they came.")
        if examples.scaling is None
        else _("Inputs are standardised: their mean is 0 and their standard deviation 1.")
    )
    told = divided.format(
        read=text.format(count=count(train + test)), train=count(train), test=count(test)
    )
    return f"{told} {scaled}"


def _table_error(draft: Draft) -> str:
    """What is wrong with the data as a whole, or with cells of the table of own examples."""
    cells = ("data", "/data/inputs/", "/data/targets/")
    found = [detail for name, detail in draft.errors.items() if name.startswith(cells)]
    return " ".join(dict.fromkeys(found))


def preset_choices() -> tuple[Selectable, ...]:
    """The ready-made specs."""
    return tuple(Selectable(name, _(p.title), _(p.doc)) for name, p in PRESETS.items())


def _table(session: Session, draft: Draft) -> Table | None:
    data, examples = session.spec.data, session.run.examples
    if not isinstance(data, InlineData):
        return None
    width = len(data.inputs[0]) + len(data.targets[0])
    if len(data.inputs) > MOST_ROWS or width > MOST_CELLS:
        return None

    def cell(kind: str, row: int, column: int, value: float, name: str) -> Cell:
        pointer = f"/data/{kind}/{row}/{column}"
        error = draft.errors.get(pointer, "")
        shown = draft.typed[pointer] if error and pointer in draft.typed else typed(float(value))
        label = _("{name} of example {number}").format(name=name, number=row + 1)
        return Cell(pointer, shown, label, kind == "targets", error)

    rows = tuple(
        (
            *(cell("inputs", row, i, x, examples.input_names[i]) for i, x in enumerate(inputs)),
            *(cell("targets", row, i, x, examples.target_names[i]) for i, x in enumerate(targets)),
        )
        for row, (inputs, targets) in enumerate(zip(data.inputs, data.targets, strict=True))
    )
    return Table(examples.input_names, examples.target_names, rows)
