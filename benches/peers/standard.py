"""The resource standards of 教督〔2017〕6号 as a programmer without packs would write them down: the peers' hand-written rules."""

STAGES = ("primary", "junior")

# indicator: (at least for primary, at least for junior)
THRESHOLDS = {
    "above_qualified_per_100": (4.2, 5.3),
    "backbone_per_100": (1.0, 1.0),
    "pe_art_per_100": (0.9, 0.9),
    "teaching_area_per_pupil": (4.5, 5.8),
    "sports_area_per_pupil": (7.5, 10.2),
    "equipment_per_pupil": (2000.0, 2500.0),
    "multimedia_per_100": (2.3, 2.4),
}
INDICATORS = tuple(THRESHOLDS)
CV_MAX = {"primary": 0.50, "junior": 0.45}
MET_MIN, FLOOR = 6, 0.85

# How the stock of a school with several stages is divided: weight of a pupil of each stage, by kind of school.
COMBINED = {"primary": 1.0, "junior": 1.1, "senior": 1.32}
COMPLETE = {"primary": 0.0, "junior": 1.0, "senior": 1.2}
WEIGHTS = {"211": COMBINED, "218": COMBINED, "311": COMBINED, "312": COMBINED, "345": COMBINED, "341": COMPLETE, "342": COMPLETE}
KINDS = ("211", "311", "312", "341", "345")
POINT_PUPILS_MIN, SMALL_RURAL_MAX = 50, 100
RURAL, SHARED_KINDS = ("210", "220"), ("211", "218", "311", "312")

ABOVE = {
    "primary": ("teachers_associate", "teachers_bachelor", "teachers_master", "teachers_doctor"),
    "junior": ("teachers_bachelor", "teachers_master", "teachers_doctor"),
}
PE_ART = ("teachers_pe", "teachers_music", "teachers_fine_art", "teachers_arts")
SPLIT = ("teaching_area", "indoor_sports_area", "sports_field_area", "equipment_value", "multimedia_rooms")
BY_STAGE = tuple(dict.fromkeys(ABOVE["primary"] + PE_ART + ("teachers_backbone", "teachers_pe_art_shared")))
