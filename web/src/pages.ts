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
  /** Offered to whoever holds one of these rights; to everybody where there are none. */
  needs?: string[];
  /** Only where a home has accounts. */
  accounts?: boolean;
}

export const PAGES: Page[] = [
  { name: "board", path: "/", view: () => import("./pages/Board.vue"), menu: true, needs: ["county:read"] },
  { name: "schools", path: "/schools", view: () => import("./pages/Schools.vue"), menu: true, needs: ["school:read"], wide: true },
  { name: "school", path: "/school/:code", view: () => import("./pages/School.vue") },
  { name: "indicators", path: "/indicators", view: () => import("./pages/Indicators.vue"), menu: true, needs: ["county:read"] },
  { name: "indicator", path: "/indicator/:id", view: () => import("./pages/Indicator.vue") },
  { name: "figure", path: "/figure", view: () => import("./pages/Figure.vue") },
  { name: "classes", path: "/classes", view: () => import("./pages/Classes.vue"), menu: true, needs: ["county:read"], wide: true },
  { name: "map", path: "/map", view: () => import("./pages/Map.vue"), menu: true, needs: ["county:read"] },
  { name: "whatIf", path: "/what-if", view: () => import("./pages/WhatIf.vue"), menu: true, needs: ["county:read"], wide: true },
  { name: "draws", path: "/draws", view: () => import("./pages/Draws.vue"), menu: true, needs: ["draws:read"], withoutData: true },
  { name: "draw", path: "/draw/:name", view: () => import("./pages/Draw.vue"), withoutData: true },
  { name: "stage", path: "/draw/:name/stage", view: () => import("./pages/DrawStage.vue"), withoutData: true },
  { name: "import", path: "/import", view: () => import("./pages/Import.vue"), menu: true, needs: ["imports:read"], withoutData: true },
  { name: "packs", path: "/packs", view: () => import("./pages/Packs.vue"), menu: true, needs: ["packs:read"], withoutData: true },
  { name: "desk", path: "/desk", view: () => import("./pages/Desk.vue"), menu: true, withoutData: true, needs: ["cases:read"] },
  { name: "calendar", path: "/calendar", view: () => import("./pages/Calendar.vue"), menu: true, withoutData: true, wide: true, needs: ["cases:read"] },
  { name: "statements", path: "/statements", view: () => import("./pages/Statements.vue"), menu: true, withoutData: true, needs: ["cases:act"] },
  { name: "handOvers", path: "/hand-overs", view: () => import("./pages/HandOvers.vue"), menu: true, withoutData: true, needs: ["cases:read"] },
  { name: "cases", path: "/cases", view: () => import("./pages/Cases.vue"), menu: true, withoutData: true, wide: true, needs: ["cases:read"] },
  { name: "pairs", path: "/pairs", view: () => import("./pages/Pairs.vue"), menu: true, wide: true, needs: ["identity:read"] },
  { name: "lists", path: "/lists", view: () => import("./pages/Lists.vue"), menu: true, wide: true, needs: ["identity:read"] },
  { name: "letters", path: "/letters", view: () => import("./pages/Letters.vue"), menu: true, withoutData: true, wide: true, needs: ["cases:read"] },
  { name: "closeouts", path: "/closeouts", view: () => import("./pages/Closeouts.vue"), menu: true, withoutData: true, wide: true, needs: ["cases:read"] },
  { name: "case", path: "/case/:id", view: () => import("./pages/Case.vue"), withoutData: true },
  { name: "accounts", path: "/accounts", view: () => import("./pages/Accounts.vue"), menu: true, withoutData: true, wide: true, needs: ["accounts:read"], accounts: true },
  { name: "logs", path: "/logs", view: () => import("./pages/Logs.vue"), menu: true, withoutData: true, wide: true, needs: ["looks:read", "audit:read", "approvals:ask", "approvals:decide"], accounts: true },
  { name: "me", path: "/me", view: () => import("./pages/Me.vue"), withoutData: true, accounts: true },
];
