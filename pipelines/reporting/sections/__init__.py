"""One module per part of the page: what is read from which mart, and how it looks."""

from pipelines.reporting.section import Section
from pipelines.reporting.sections.feedback import FEEDBACK
from pipelines.reporting.sections.pipeline import PIPELINE
from pipelines.reporting.sections.quadrant import QUADRANT
from pipelines.reporting.sections.quality import QUALITY
from pipelines.reporting.sections.readiness import READINESS
from pipelines.reporting.sections.retention import RETENTION
from pipelines.reporting.sections.revenue import REVENUE
from pipelines.reporting.sections.score import SCORE
from pipelines.reporting.sections.spend import SPEND
from pipelines.reporting.sections.surges import SURGES
from pipelines.reporting.sections.win_rate import WIN_RATE
from pipelines.reporting.sections.word_of_mouth import WORD_OF_MOUTH

SECTIONS: tuple[Section, ...] = (
    QUADRANT,
    READINESS,
    SCORE,
    REVENUE,
    RETENTION,
    SURGES,
    WIN_RATE,
    PIPELINE,
    WORD_OF_MOUTH,
    SPEND,
    FEEDBACK,
    QUALITY,
)
"""In the order of the page."""
