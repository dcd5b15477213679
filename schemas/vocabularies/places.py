"""What a place is, and how exactly it is known where."""

from .terms import Term, Vocabulary

PLACE_KINDS = Vocabulary(
    "place-kinds",
    "Place kinds",
    "What a place is.",
    (
        Term(
            "country",
            "The territory of a state.",
            "schema:Country",
            synonyms=("nation", "state", "territory"),
        ),
        Term(
            "region",
            "A part of a country or of the world, whatever its borders.",
            "wd:Q82794",
            synonyms=("area",),
        ),
        Term(
            "administrative-area",
            "A part of a country with an administration of its own.",
            "schema:AdministrativeArea",
            synonyms=("county", "district", "prefecture", "province"),
        ),
        Term("city", "A city, town or village.", "schema:City", synonyms=("capital", "town", "village")),
        Term("island", "A single island."),
        Term("island-group", "Several islands under one name.", synonyms=("archipelago", "islands")),
        Term("cape", "A headland.", synonyms=("headland", "peninsula")),
        Term("sea", "A sea or a part of one.", "schema:SeaBodyOfWater", synonyms=("bay", "gulf", "ocean")),
        Term(
            "sea-zone",
            "A part of the sea in which a state has or claims rights.",
            synonyms=("eez", "exclusive-economic-zone", "maritime-zone", "territorial-waters"),
        ),
        Term("strait", "A passage between two waters.", synonyms=("channel",)),
        Term("mountain", "A mountain or a range.", "schema:Mountain", synonyms=("hill", "peak", "volcano")),
        Term("border", "A line between two areas.", "wd:Q133346", synonyms=("boundary", "demarcation-line")),
        Term(
            "building",
            "A building or its grounds.",
            "schema:LandmarksOrHistoricalBuildings",
            synonyms=("address", "palace", "venue"),
        ),
    ),
)

PLACE_PRECISIONS = Vocabulary(
    "place-precisions",
    "Place precisions",
    "What the geometry of a place stands for.",
    (
        Term(
            "exact",
            "The place itself: a point in it, or its line as it was measured (1 in ACLED's geo_precision).",
            synonyms=("precise", "surveyed"),
        ),
        Term(
            "near",
            "A point near the place, or in the part of it that is known (2 in ACLED's geo_precision).",
            synonyms=("approximate", "nearby"),
        ),
        Term(
            "representative",
            "A point that stands for a larger area, such as its capital or its middle (3 in ACLED's "
            "geo_precision).",
            synonyms=("centre", "centroid", "region"),
        ),
        Term(
            "sketched", "A line drawn by eye or made simple.", synonyms=("rough", "schematic", "simplified")
        ),
    ),
)
