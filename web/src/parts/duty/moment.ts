/** A moment of Beijing time as people read it, to the minute: 2026-03-02 08:00. */
export function moment(words: string | null | undefined): string {
  return words ? words.slice(0, 16).replace("T", " ") : "";
}

/** Its day. */
export function day(words: string | null | undefined): string {
  return words ? words.slice(0, 10) : "";
}
