import { of } from "./of";

/** Words of the page where a person says whether two records are one child. */
export const ledgers = {
  pairs: {
    under: (county: string, year: string) => `${county}, ${year}: records of the roll and the registers of which the program is not sure`,
    left: (waiting: number, decided: number) => `${of(waiting, "pair")} waiting, ${decided} decided`,
    disputed: (n: number) => `${of(n, "pair")} decided once so and once otherwise`,
    likely: (percent: string) => `One child, by the program's estimate: ${percent}`,
    again: "Second look: somebody decided this pair before; decide again without their answer",
    question: "Are these two records one child?",
    same: "One child",
    different: "Two children",
    later: "Skip",
    undo: "Undo the last",
    keys: "Keys: J one child, F two, space skip, Z undo",
    agrees: "both say the same",
    differs: "they differ",
    silent: "one says nothing",
    why: "Reasons, the weightiest first",
    speaksFor: "for",
    speaksAgainst: "against",
    place: (file: string, row: number) => `${file}, row ${row}`,
    none: "Nothing is left to decide.",
    noneHint: "What was decided is used by the next linking; it can be done now.",
    relink: "Link again with what was decided",
    saidSame: "Kept: one child",
    saidDifferent: "Kept: two children",
    undone: "The last decision is taken back",
    logged: "Each pair that is shown is logged as a look; decisions are only ever added, and an undo leaves its trace.",
  },
};
