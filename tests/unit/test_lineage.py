"""Column lineage reads what the parser cannot, and stops no run where it fails."""

from pipelines.lineage import _traced, trace

SCHEMA = {
    "seeds.thresholds": {
        "threshold_id": "VARCHAR",
        "value": "DOUBLE",
        "unit": "VARCHAR",
    }
}
FROM = 'from "build"."seeds"."thresholds"'


def test_a_json_object_comes_from_its_values() -> None:
    sql = (
        "select threshold_id, cast(json_object('value', value, 'unit', unit) "
        f"as varchar) as document {FROM}"
    )
    assert trace(sql, SCHEMA) == {
        "threshold_id": [("seeds.thresholds", "threshold_id")],
        "document": [("seeds.thresholds", "unit"), ("seeds.thresholds", "value")],
    }


def test_what_cannot_be_parsed_has_no_lineage() -> None:
    assert _traced(f"select from where ( {FROM}", SCHEMA) == {}
