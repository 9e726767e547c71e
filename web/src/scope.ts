import { computed } from "vue";
import { type LocationQueryRaw, type RouteLocationRaw, useRoute } from "vue-router";

/**
 * Which data, by which standard, on which day. It stands in the address of every page, so that a page can be sent, kept
 * and printed, and shows the same tomorrow.
 */
export interface Scope {
  snapshot?: string;
  pack?: string;
  on?: string;
  /** Only in a what-if: the rules of this day are applied to the facts of `on`. */
  rules?: string;
}

export const SCOPE_KEYS = ["snapshot", "pack", "on", "rules"] as const;

export function scopeOf(query: LocationQueryRaw): Scope {
  const scope: Scope = {};
  for (const key of SCOPE_KEYS) {
    const value = query[key];
    if (typeof value === "string" && value !== "") scope[key] = value;
  }
  return scope;
}

export function useScope() {
  const route = useRoute();
  return computed(() => scopeOf(route.query));
}

/** Makes addresses of other pages that keep the scope. */
export function useLinks() {
  const scope = useScope();
  return {
    scope,
    to(name: string, params: Record<string, string> = {}, query: Record<string, string | undefined> = {}): RouteLocationRaw {
      return { name, params, query: { ...scope.value, ...query } };
    },
    /** The page that explains a figure; without a school, that of a coefficient of variation or of an item. */
    figure(indicator: string, school?: string | null, stage?: string | null): RouteLocationRaw {
      const query = { ...scope.value, indicator, school: school ?? undefined, stage: stage ?? undefined };
      return { name: "figure", query };
    },
  };
}
