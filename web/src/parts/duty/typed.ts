/** What was typed into a field, letter by letter: one for numbers must not make a number of it, for steps and reports hold words. */
export const typed = (event: Event) => (event.target as HTMLInputElement).value;
