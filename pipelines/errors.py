"""The one error that people are meant to read.

Everything that a user can put right is raised as `FitmartError`: it says where the
problem is, which rule was broken and what to do. Programming errors stay what they are.
"""


class FitmartError(Exception):
    """A problem that a person can put right.

    Args:
        problem: One sentence: what is wrong.
        file: The file it was found in, as the user knows it.
        where: Row, key or column within that file.
        rule: Short name of the rule that was broken, in snake_case.
        remedy: One sentence: what to do.
    """

    def __init__(
        self,
        problem: str,
        *,
        file: str | None = None,
        where: str | None = None,
        rule: str = "invalid_input",
        remedy: str,
    ) -> None:
        self.problem = problem
        self.file = file
        self.where = where
        self.rule = rule
        self.remedy = remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        place = ", ".join(part for part in (self.file, self.where) if part)
        head = f"{place}: {self.problem}" if place else self.problem
        return f"{head} [{self.rule}] {self.remedy}"

    @property
    def parts(self) -> dict[str, str | None]:
        """What was given, by its name, as records of runs keep it."""
        return {
            "problem": self.problem,
            "file": self.file,
            "where": self.where,
            "rule": self.rule,
            "remedy": self.remedy,
        }
