import { reactive } from "vue";
import { client, type Schemas } from "./client";
import { type Failure, settle } from "./load";

/** Who is in, and whether anybody must be: asked before anything else. */
export const session = reactive({
  known: undefined as Schemas["SessionState"] | undefined,
  failure: undefined as Failure | undefined,
});

export async function askSession(): Promise<void> {
  const { data, failure } = await settle(client.GET("/api/session"));
  session.known = data;
  session.failure = failure;
}

/** Whether the reader is where they may go: no login is asked for, or they are in with a password of their own. */
export function isIn(): boolean {
  const known = session.known;
  return known !== undefined && (!known.asks || (known.me !== null && known.me !== undefined && !known.me.must_change));
}

/** Whether the reader holds one of these rights; in a home without accounts whoever sits there does. */
export function may(...rights: string[]): boolean {
  const known = session.known;
  if (!known?.asks) return true;
  return rights.length === 0 || rights.some((right) => known.me?.rights.includes(right));
}

// A session that ran out shows the login page again, on whatever page that happens.
client.use({
  async onResponse({ response }) {
    if (response.status === 401) await askSession();
  },
});
