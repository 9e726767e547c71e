import { reactive } from "vue";
import type { Scope } from "../scope";
import { client, type Schemas } from "./client";
import { type Failure, settle } from "./load";

/** What the server holds: asked once, and again after an import. */
export const state = reactive({
  known: undefined as Schemas["State"] | undefined,
  failure: undefined as Failure | undefined,
  ready: Promise.resolve() as Promise<void>,
});

export function refresh(): Promise<void> {
  state.ready = (async () => {
    const { data, failure } = await settle(client.GET("/api/state"));
    if (data) state.known = data;
    state.failure = failure;
  })();
  return state.ready;
}

refresh();

export function snapshotOf(scope: Scope): Schemas["SnapshotLine"] | undefined {
  const { snapshot } = scope;
  return snapshot ? state.known?.snapshots.find((one) => one.id.startsWith(snapshot)) : undefined;
}

/**
 * A scope with everything that was left open filled in: the latest snapshot, the usual standard, and the statistics date
 * of the snapshot's latest year. Empty where there is no data yet.
 */
export function whole(scope: Scope): Scope {
  const defaults = state.known?.defaults;
  if (!defaults) return scope;
  const snapshot = scope.snapshot ?? defaults.snapshot.slice(0, 12);
  const years = snapshotOf({ snapshot })?.years ?? [];
  const latest = years[years.length - 1]?.statistics_date;
  return { snapshot, pack: scope.pack ?? defaults.pack, on: scope.on ?? latest ?? defaults.on };
}
