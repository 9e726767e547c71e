import { ref, watch } from "vue";

/** What belongs to the reader and not to the page: kept in the browser, never in the address. */
export type Language = "zh" | "en";

export const language = ref<Language>(kept("language") === "en" ? "en" : "zh");
export const largeType = ref(kept("large-type") === "yes");

watch(
  [language, largeType],
  ([lang, large]) => {
    document.documentElement.lang = lang === "zh" ? "zh-CN" : "en";
    document.documentElement.classList.toggle("large-type", large);
    keep("language", lang);
    keep("large-type", large ? "yes" : "no");
  },
  { immediate: true },
);

function kept(name: string): string | null {
  try {
    return localStorage.getItem(`junheng.${name}`);
  } catch {
    return null; // Some offices forbid pages to keep anything.
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`junheng.${name}`, value);
  } catch {
    // The choice then holds until the page is closed.
  }
}
