"""Seven indicators in two stages, six of seven, and fourteen coefficients of variation, hand-written with pandas."""

import numpy as np
import pandas as pd

import standard as s
from answer import Clock, arguments


def main():
    words = arguments()
    clock = Clock()
    figures = pd.concat([pd.read_parquet(path) for path in words.files], ignore_index=True)
    clock.step("read")
    units = ratios(figures)
    clock.step("schools")
    result = judged(units)
    clock.step("county")
    clock.give(words.out, result)


def ratios(figures):
    about = figures.groupby("school").first()[["county", "kind", "urban_rural"]]
    wide = figures.pivot_table(index=["school", "stage"], columns="item", values="value", aggfunc="sum")
    wide = wide.reindex(columns=sorted({"pupils", *s.SPLIT, *s.BY_STAGE}))
    pupils = wide["pupils"].unstack("stage").reindex(columns=["primary", "junior", "senior"]).fillna(0.0)
    compulsory = pupils["primary"] + pupils["junior"]
    kind = about["kind"]
    counted = kind.isin(s.KINDS) | ((kind == "218") & (compulsory >= s.POINT_PUPILS_MIN)) | ((kind == "342") & (compulsory > 0))
    weighted = pd.DataFrame({stage: pupils[stage] * kind.map(lambda code: s.WEIGHTS.get(code, s.COMBINED)[stage]) for stage in pupils.columns})
    shares = weighted.div(weighted.sum(axis=1), axis=0)
    whole = wide.xs("whole", level="stage").reindex(about.index) if "whole" in wide.index.get_level_values("stage") else None
    units = []
    for at, stage in enumerate(s.STAGES):
        chosen = about.index[counted & (pupils[stage] > 0)]
        own = wide.xs(stage, level="stage").reindex(chosen)
        stock = pd.DataFrame(index=chosen)
        for item in s.SPLIT:
            # A stock that is given for the stage is used as it is.
            split = whole[item].reindex(chosen) * shares[stage].reindex(chosen) if whole is not None else np.nan
            stock[item] = own[item].fillna(split)
        n = pupils[stage].reindex(chosen)
        above = own[list(s.ABOVE[stage])].sum(axis=1)
        pe_art = own[list(s.PE_ART)].sum(axis=1)
        size, here = compulsory.reindex(chosen), about.reindex(chosen)
        small = here["urban_rural"].isin(s.RURAL) & here["kind"].isin(s.SHARED_KINDS) & (size >= s.POINT_PUPILS_MIN) & (size < s.SMALL_RURAL_MAX)
        pe_art = pe_art + own["teachers_pe_art_shared"].fillna(0.0).where(small, 0.0)
        unit = pd.DataFrame({
            "above_qualified_per_100": 100 * above / n,
            "backbone_per_100": 100 * own["teachers_backbone"] / n,
            "pe_art_per_100": 100 * pe_art / n,
            "teaching_area_per_pupil": (stock["teaching_area"] - stock["indoor_sports_area"]) / n,
            "sports_area_per_pupil": (stock["sports_field_area"] + stock["indoor_sports_area"]) / n,
            "equipment_per_pupil": stock["equipment_value"] / n,
            "multimedia_per_100": 100 * stock["multimedia_rooms"] / n,
        })
        least = np.array([s.THRESHOLDS[name][at] for name in s.INDICATORS])
        unit["met"] = (unit[list(s.INDICATORS)] >= least).sum(axis=1)
        unit["reaches"] = (unit["met"] >= s.MET_MIN) & (unit[list(s.INDICATORS)] >= s.FLOOR * least).all(axis=1)
        units.append(unit.assign(pupils=n, stage=stage, county=here["county"]))
    return pd.concat(units)


def judged(units):
    counties = {}
    for (county, stage), group in units.groupby(["county", "stage"]):
        p = group["pupils"].to_numpy()
        x = group[list(s.INDICATORS)].to_numpy()
        mean = p @ x / p.sum()
        cvs = np.sqrt(p @ (x - mean) ** 2 / p.sum()) / mean
        found = counties.setdefault(county, {"cv": {}, "schools": {}})
        found["cv"][stage] = dict(zip(s.INDICATORS, cvs.tolist()))
        schools = zip(group.index, x.tolist(), group["met"].tolist(), group["reaches"].tolist())
        for school, values, met, reaches in schools:
            found["schools"].setdefault(school, {})[stage] = {"values": values, "met": met, "reaches": reaches}
    return counties


main()
