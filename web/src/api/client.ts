import createClient from "openapi-fetch";
import type { components, paths } from "./schema";

/** The server's address: the folder the page itself came from, whatever host and path that is. */
export const BASE = new URL(".", document.baseURI).href.replace(/\/$/, "");

/** The server accepts a change only with this header, which a page of another site cannot send. */
export const OWN_PAGE = { "x-junheng": "1" };

export const client = createClient<paths>({ baseUrl: BASE });

export type Schemas = components["schemas"];

/** An address of the server for links that are opened or saved rather than fetched. */
export function address(path: string, query: Record<string, string | undefined> = {}): string {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) if (value) search.set(key, value);
  const tail = search.toString();
  return `${BASE}${path}${tail ? `?${tail}` : ""}`;
}
