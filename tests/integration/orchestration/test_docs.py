"""`make docs` after a run: both pages, and nothing else of the home has changed."""

from pipelines.docs.__main__ import main
from pipelines.project import environment
from tests.integration.orchestration.conftest import Refreshed


def test_both_pages_stand_in_the_home_after_a_run(refreshed: Refreshed) -> None:
    settings = refreshed.company.settings
    home = settings.home
    results = home.dbt_target / "run_results.json"
    before = results.read_bytes()
    with environment(settings.as_environment()):
        assert main() == 0
    dictionary = home.metric_dictionary.read_text()
    assert 'id="sales_repeat_rate__cohort_month.estimate"' in dictionary
    assert "2026-06-01" in dictionary
    dbt = home.dbt_docs.read_text()
    assert "sales_repeat_rate__cohort_month" in dbt
    assert "<script src=" not in dbt
    assert results.read_bytes() == before
