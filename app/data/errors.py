"""The one error that the data layer raises for input it cannot use."""


class DataError(ValueError):
    """Data that cannot be learnt from, in words for people.

    field: where in the data part of a spec the fault lies, as a JSON pointer without its leading
    slash (``inputs/3``, ``noise``).
    detail: what is wrong there and what would be right.
    """

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(f"{field}: {detail}")
        self.field = field
        self.detail = detail
