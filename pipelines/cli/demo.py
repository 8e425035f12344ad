"""`fitmart demo`: write the generated company somewhere, to look at or try things."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.demo.companies import WorldName

Out = Annotated[Path, typer.Option(help="Folder that takes extracts and truth.json.")]
Seed = Annotated[int, typer.Option(help="Another seed is another company.")]
Scale = Annotated[float, typer.Option(help="1 is a company of about 6,000 customers.")]
Months = Annotated[int, typer.Option(help="Months of history.")]
Segments = Annotated[
    int | None, typer.Option(help="Plant so many independent segments instead.")
]
World = Annotated[WorldName, typer.Option(help="What is planted; see docs/demo.md.")]


def demo(
    out: Out,
    seed: Seed = 1,
    scale: Scale = 1.0,
    months: Months = 36,
    segments: Segments = None,
    world: World = "company",
) -> None:
    """Generate the demo company: extracts, increments, and the truth about it.

    Example: fitmart demo --out ./company --scale 0.1
    """
    from pipelines.cli.show import console, errors
    from pipelines.demo.generate import DEMO_AS_OF, generate

    progress = errors()
    generate(
        out,
        seed=seed,
        scale=scale,
        months=months,
        segments=segments,
        world=world,
        on_step=lambda step: progress.print(f"[dim]{step}[/]"),
    )
    console().print(
        f"{out / 'initial'} is what a first run reads, as of {DEMO_AS_OF}; "
        f"{out / 'truth.json'} says what is planted."
    )
