import type { Component } from "vue";
import type { Words } from "./words";

/** A page of the console: one file in `pages/` and one line below. */
export interface Page {
  name: keyof Words["pages"];
  path: string;
  view: () => Promise<Component>;
  /** Shown in the menu, in this order; the others are reached from these. */
  menu?: boolean;
  /** Whether it makes sense without any data: the others then say what to do first. */
  withoutData?: boolean;
  /** Prints on landscape paper. */
  wide?: boolean;
}

export const PAGES: Page[] = [
  { name: "board", path: "/", view: () => import("./pages/Board.vue"), menu: true },
  { name: "schools", path: "/schools", view: () => import("./pages/Schools.vue"), menu: true, wide: true },
  { name: "school", path: "/school/:code", view: () => import("./pages/School.vue") },
  { name: "indicators", path: "/indicators", view: () => import("./pages/Indicators.vue"), menu: true },
  { name: "indicator", path: "/indicator/:id", view: () => import("./pages/Indicator.vue") },
  { name: "figure", path: "/figure", view: () => import("./pages/Figure.vue") },
  { name: "classes", path: "/classes", view: () => import("./pages/Classes.vue"), menu: true, wide: true },
  { name: "map", path: "/map", view: () => import("./pages/Map.vue"), menu: true },
  { name: "whatIf", path: "/what-if", view: () => import("./pages/WhatIf.vue"), menu: true, wide: true },
  { name: "draws", path: "/draws", view: () => import("./pages/Draws.vue"), menu: true, withoutData: true },
  { name: "draw", path: "/draw/:name", view: () => import("./pages/Draw.vue"), withoutData: true },
  { name: "stage", path: "/draw/:name/stage", view: () => import("./pages/DrawStage.vue"), withoutData: true },
  { name: "import", path: "/import", view: () => import("./pages/Import.vue"), menu: true, withoutData: true },
  { name: "packs", path: "/packs", view: () => import("./pages/Packs.vue"), menu: true, withoutData: true },
];
