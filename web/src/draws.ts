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
