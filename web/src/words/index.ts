import { computed } from "vue";
import { language } from "../preferences";
import { en } from "./en";
import { zh } from "./zh";

/** The same keys in every language: one that is missing or has other arguments does not compile. */
export type Words = typeof zh;

/** A message of the program, in both languages. */
export interface Text {
  zh: string;
  en: string;
}

const all: Record<"zh" | "en", Words> = { zh, en };

/** The console's own words in the reader's language. */
export const words = computed<Words>(() => all[language.value]);

/** What the law itself says, for a reader who is shown a translation of it; nothing for others. */
export function original(text: Text): string {
  return language.value === "en" && text.en && text.en !== text.zh ? text.zh : "";
}

/** A text of the program in the reader's language. */
export function say(text: Text | null | undefined): string {
  if (!text) return "";
  return language.value === "zh" ? text.zh || text.en : text.en || text.zh;
}
