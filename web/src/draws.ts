import type { Schemas } from "./api/client";

/** What the form of a new draw asks. */
export interface Rules {
  name: string;
  title: string;
  method: string;
  witnesses: string;
  publicWitnesses: string;
  bound: string;
  missing: string;
  digits: string;
  after: string;
  decision: string;
  /** Of classes, admission and teams. */
  stage: string;
  classes: string;
  of: string;
}

/** The pools of a list in its own form or with Chinese headings, in their order: what is typed for each is its places. */
export function poolsOf(list: string): string[] {
  const [head = "", ...rows] = list.replace(/^\uFEFF/, "").split(/\r?\n/);
  const heads = head.split(",").map((one) => one.trim());
  const at = heads.findIndex((one) => ["pool", "派位组", "学校", "报名学校"].includes(one));
  if (at < 0) return [];
  return [...new Set(rows.map((row) => row.split(",")[at]?.trim() ?? "").filter((one) => one))];
}

/** The ring begins at the number that the first public witness draws, and goes on by that of the second. */
export function ringSettings(publicWitnesses: string[]): { name: string; value: string }[] {
  const [start, interval] = publicWitnesses;
  return [
    ...(start ? [{ name: "start", value: start }] : []),
    ...(interval ? [{ name: "interval", value: interval }] : []),
  ];
}

/** A hash in groups of eight, as it is read out before an audience. */
export function inGroups(hash: string): string {
  return hash.match(/.{1,8}/g)?.join(" ") ?? hash;
}

/** What can be drawn. */
export type Kind = Schemas["DrawKind"];

/** The papers of each kind, in the order in which they are asked for. */
export const PAPERS: Record<Kind, ("roll" | "plan" | "applications" | "travel" | "teams" | "rules")[]> = {
  places: [],
  classes: ["roll", "rules"],
  admission: ["plan", "applications", "travel", "rules"],
  teachers: ["teams"],
};

/** The papers without which nothing can be tried or fixed. */
export function lacking(kind: Kind, files: Record<string, unknown>): string[] {
  return PAPERS[kind].filter((paper) => paper !== "rules" && paper !== "travel" && !files[paper]);
}

interface BalanceWords {
  size: string;
  score: string;
  parted: string;
  mean: (title: string) => string;
  spread: (title: string) => string;
}

/** The balance report by rows: of what, and for each way the least and the most of all classes. */
export function balanceRows(ways: Schemas["DrawWay"][], words: BalanceWords): { title: string; cells: string[] }[] {
  const span = (least: string, most: string) => (least === most ? least : `${least}–${most}`);
  const row = (title: string, of: (way: Schemas["DrawWay"]) => string) => ({ title, cells: ways.map(of) });
  const [first] = ways;
  if (!first) return [];
  const rows = [row(words.score, (way) => String(way.penalty)), row(words.size, (way) => span(String(way.smallest), String(way.largest)))];
  for (const [nth, count] of first.counts.entries()) rows.push(row(count.title, (way) => span(String(way.counts[nth]?.least ?? ""), String(way.counts[nth]?.most ?? ""))));
  for (const [nth, score] of first.scores.entries()) {
    rows.push(row(words.mean(score.title), (way) => span((way.scores[nth]?.least ?? 0).toFixed(3), (way.scores[nth]?.most ?? 0).toFixed(3))));
    rows.push(row(words.spread(score.title), (way) => (way.scores[nth]?.spread_gap ?? 0).toFixed(2)));
  }
  if (ways.some((way) => way.parted > 0)) rows.push(row(words.parted, (way) => String(way.parted)));
  return rows;
}
