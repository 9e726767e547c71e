import { words } from "../../words";

/** 城乡分类代码 in a word: 11x town proper, 12x township seat, 2xx countryside. */
export function urbanRural(code: string | null | undefined): string {
  const { urbanRural: said } = words.value;
  if (!code) return "";
  if (code.startsWith("11")) return said.urban;
  if (code.startsWith("12")) return said.town;
  return code.startsWith("2") ? said.rural : code;
}

export function owner(id: string | null | undefined): string {
  const said = words.value.owners as Record<string, string>;
  return id ? (said[id] ?? id) : "";
}
