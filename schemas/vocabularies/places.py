"""What a place is."""

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
