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
