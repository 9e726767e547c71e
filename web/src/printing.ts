import { nextTick, ref } from "vue";

/** True while a page is on its way to paper: tables then hold all their rows, and charts their printed size. */
export const printing = ref(false);

// Whoever prints from the browser's own menu gets the same: what follows from this is drawn before the page is taken.
window.addEventListener("beforeprint", () => (printing.value = true));
window.addEventListener("afterprint", () => (printing.value = false));

export async function printPage(): Promise<void> {
  printing.value = true;
  await nextTick();
  // Two frames, so that charts are drawn again before the dialog stops everything.
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  window.print();
  printing.value = false;
}
