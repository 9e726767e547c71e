import { nextTick, ref } from "vue";

/** True while a page is on its way to paper: tables then hold all their rows, and charts their printed size. */
export const printing = ref(false);

export async function printPage(): Promise<void> {
  printing.value = true;
  await nextTick();
  // Two frames, so that charts are drawn again before the dialog stops everything.
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  window.print();
  printing.value = false;
}
