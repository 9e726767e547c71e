/** The changes that are tried on the sheet: kept in the order in which they were made. */

export type Change =
  | { do: "add"; school: string; stage: string; stock: string; amount: number }
  | { do: "move"; from: string; to: string; stage: string; stock: string; amount: number }
  | { do: "move-pupils"; from: string; to: string; stage: string; pupils: number };

/** The stock that moves as pupils do. */
export const PUPILS = "pupils";

/** As the program reads it on its command line and in a request. */
export function written(change: Change): string {
  switch (change.do) {
    case "add":
      return `${change.school}.${change.stage}.${change.stock}${change.amount < 0 ? "-" : "+"}=${plain(Math.abs(change.amount))}`;
    case "move":
      return `${change.from}.${change.stage}.${change.stock}->${change.to}=${plain(change.amount)}`;
    case "move-pupils":
      return `${change.from}.${change.stage}.${PUPILS}->${change.to}=${plain(change.pupils)}`;
  }
}

/** A number without the dust of binary arithmetic and without an exponent. */
export function plain(number: number): string {
  return String(Number(number.toFixed(6)));
}

/**
 * Sets what a cell shall be. Typing twice into one cell is one change, and typing what was there before is none; pupils and
 * things that were moved before stay moved.
 */
export function typed(changes: Change[], cell: { school: string; stage: string; stock: string }, now: number, wanted: number): Change[] {
  const same = (one: Change) => one.do === "add" && one.school === cell.school && one.stage === cell.stage && one.stock === cell.stock;
  const before = changes.find(same);
  const amount = Number(((before?.do === "add" ? before.amount : 0) + wanted - now).toFixed(6));
  if (amount === 0) return changes.filter((one) => !same(one));
  const change: Change = { do: "add", ...cell, amount };
  return before ? changes.map((one) => (same(one) ? change : one)) : [...changes, change];
}

export function moved(changes: Change[], of: { from: string; to: string; stage: string; stock: string }, amount: number): Change[] {
  const { from, to, stage, stock } = of;
  const change: Change = stock === PUPILS ? { do: "move-pupils", from, to, stage, pupils: amount } : { do: "move", from, to, stage, stock, amount };
  return [...changes, change];
}

/** The schools that a change concerns. */
export function schoolsOf(change: Change): string[] {
  return change.do === "add" ? [change.school] : [change.from, change.to];
}

/** A set of changes that somebody gave a name. */
export interface Variant {
  name: string;
  pack: string;
  changes: Change[];
}

const KEY = "junheng.what-if";

/** The variants kept in this browser; what cannot be read is none. */
export function variants(store: Pick<Storage, "getItem">): Variant[] {
  try {
    const kept: unknown = JSON.parse(store.getItem(KEY) ?? "[]");
    return Array.isArray(kept) ? kept.filter(isVariant) : [];
  } catch {
    return [];
  }
}

/** Keeps a variant under its name, in the place of one of that name. */
export function keep(store: Pick<Storage, "getItem" | "setItem">, variant: Variant): Variant[] {
  const others = variants(store).filter((one) => one.name !== variant.name || one.pack !== variant.pack);
  return put(store, [...others, variant]);
}

export function forget(store: Pick<Storage, "getItem" | "setItem">, variant: Variant): Variant[] {
  return put(store, variants(store).filter((one) => one.name !== variant.name || one.pack !== variant.pack));
}

function put(store: Pick<Storage, "setItem">, all: Variant[]): Variant[] {
  store.setItem(KEY, JSON.stringify(all));
  return all;
}

function isVariant(one: unknown): one is Variant {
  const of = one as Variant | null;
  return typeof of?.name === "string" && typeof of.pack === "string" && Array.isArray(of.changes);
}
