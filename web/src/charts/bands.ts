/** The bands of the statistics form, coarse below where no limit lies. */
export interface Band {
  low: number;
  /** Infinite for the last. */
  high: number;
}

export const BANDS: Band[] = [
  { low: 0, high: 30 },
  { low: 31, high: 35 },
  { low: 36, high: 40 },
  { low: 41, high: 45 },
  { low: 46, high: 50 },
  { low: 51, high: 55 },
  { low: 56, high: 60 },
  { low: 61, high: 65 },
  { low: 66, high: Number.POSITIVE_INFINITY },
];

export interface BandRow {
  key: string;
  /** Classes in each of `BANDS`. */
  counts: number[];
  classes: number;
  pupils: number;
  /** Classes whose size is not known: in none of the bands. */
  unknown: number;
}

/** Counts classes by band, in groups that keep the order in which they are first met. */
export function banded<T extends { size?: number | null }>(classes: T[], group: (one: T) => string): BandRow[] {
  const rows = new Map<string, BandRow>();
  for (const one of classes) {
    const key = group(one);
    const row = rows.get(key) ?? { key, counts: BANDS.map(() => 0), classes: 0, pupils: 0, unknown: 0 };
    rows.set(key, row);
    row.classes += 1;
    const size = one.size;
    if (typeof size !== "number") {
      row.unknown += 1;
      continue;
    }
    row.pupils += size;
    const at = BANDS.findIndex((band) => size <= band.high);
    row.counts[at] = (row.counts[at] ?? 0) + 1;
  }
  return [...rows.values()];
}
