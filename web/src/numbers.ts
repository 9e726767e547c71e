/**
 * How a figure is written on screen and on paper. What is missing is `null` and is written in words, never as 0; a figure
 * never looks rounder than it is compared, so a rounded 4.5 that fails 4.5 gets the digits that show why.
 */
export type Maybe = number | null | undefined;

export function isMissing(value: Maybe): value is null | undefined {
  return value === null || value === undefined || !Number.isFinite(value);
}

/** A figure with at most `decimals` places and groups of three digits; `undefined` where it is missing. */
export function written(value: Maybe, decimals = 2): string | undefined {
  if (isMissing(value)) return undefined;
  const fixed = rounded(value, decimals);
  const [whole = "0", part = ""] = fixed.split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  const kept = part.replace(/0+$/, "");
  return kept === "" ? grouped : `${grouped}.${kept}`;
}

/** As `written`, with every place kept: columns of one indicator line up by their decimal point. */
export function aligned(value: Maybe, decimals: number): string | undefined {
  if (isMissing(value)) return undefined;
  const [whole = "0", part] = rounded(value, decimals).split(".");
  const grouped = whole.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
  return part === undefined ? grouped : `${grouped}.${part}`;
}

/** `value` against `limit`: as many places as it takes for the two to look different, where they differ. */
export function beside(value: Maybe, limit: Maybe, decimals: number): string | undefined {
  if (isMissing(value) || isMissing(limit) || value === limit) return aligned(value, decimals);
  for (let places = decimals; places < decimals + 4; places += 1) {
    if (rounded(value, places) !== rounded(limit, places)) return aligned(value, places);
  }
  return aligned(value, decimals + 4);
}

/** A share of one as per cent, every place kept: 0.02 → 2.0%. */
export function percent(share: Maybe, decimals = 1): string | undefined {
  const hundred = isMissing(share) ? undefined : aligned(share * 100, decimals);
  return hundred === undefined ? undefined : `${hundred}%`;
}

/** Words with the numbers in them grouped as everywhere on the page: 还差 2072.9 ㎡ → 还差 2,072.9 ㎡. */
export function grouped(words: string): string {
  return words.replace(/\d{4,}(\.\d+)?/g, (number) => written(Number(number), 4) ?? number);
}

/** Rounds half away from zero as people do on paper: 3.865 → 3.87, whatever the binary digits say. */
function rounded(value: number, decimals: number): string {
  const shifted = Number(`${Math.abs(value)}e${decimals}`);
  const whole = Number.isFinite(shifted) ? Math.round(Number(shifted.toPrecision(15))) : Number.NaN;
  const text = Number.isFinite(whole)
    ? Number(`${whole}e-${decimals}`).toFixed(decimals)
    : Math.abs(value).toFixed(decimals);
  return value < 0 && Number(text) !== 0 ? `-${text}` : text;
}
