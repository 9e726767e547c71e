import { type Ref, ref, shallowRef, watch } from "vue";
import type { Text } from "../words";

/** What the server says when it cannot answer: what failed, and the way on. */
export interface Failure {
  what: Text;
  hint: Text;
}

/** The shape every call of the typed client has. */
export type Answer<T> = Promise<{ data?: T; error?: unknown; response: Response }>;

export interface Loaded<T> {
  data: Ref<T | undefined>;
  failure: Ref<Failure | undefined>;
  loading: Ref<boolean>;
  reload: () => void;
}

/**
 * Asks now, and again whenever something that `ask` reads changes. Of two answers only the later question's counts; the
 * old data stay on screen until the new ones are there.
 */
export function useLoad<T>(ask: () => Answer<T> | undefined): Loaded<T> {
  const data = shallowRef<T>();
  const failure = shallowRef<Failure>();
  const loading = ref(false);
  const again = ref(0);
  let turn = 0;

  watch(
    () => [again.value, ask()] as const,
    async ([, asked]) => {
      const mine = ++turn;
      if (!asked) {
        data.value = undefined;
        return;
      }
      loading.value = true;
      const answer = await settle(asked);
      if (mine !== turn) return;
      loading.value = false;
      failure.value = answer.failure;
      data.value = answer.data;
    },
    { immediate: true },
  );

  return { data, failure, loading, reload: () => (again.value += 1) };
}

/** Turns an answer, a refusal or a broken connection into data or a failure in words. */
export async function settle<T>(asked: Answer<T>): Promise<{ data?: T; failure?: Failure }> {
  try {
    const { data, error, response } = await asked;
    if (data !== undefined) return { data };
    if (response.ok) return { data: undefined };
    return { failure: isFailure(error) ? error : unexpected(response.status) };
  } catch {
    return { failure: unreachable };
  }
}

function isFailure(error: unknown): error is Failure {
  return typeof error === "object" && error !== null && "what" in error && "hint" in error;
}

function unexpected(status: number): Failure {
  return {
    what: { zh: `服务器的回答无法理解（${status}）`, en: `the server's answer cannot be understood (${status})` },
    hint: { zh: "重新打开本页；仍然如此，请看启动服务的窗口里的信息", en: "open the page again; if it stays so, look at the window in which the server runs" },
  };
}

export const unreachable: Failure = {
  what: { zh: "连接不上均衡服务", en: "the Junheng server does not answer" },
  hint: { zh: "确认 junheng serve 还在运行，再按“重试”", en: "make sure that `junheng serve` is still running, then try again" },
};
