import { address, OWN_PAGE, type Schemas } from "./client";
import { type Answer, type Failure, settle } from "./load";

/** Files by the kind of proof that they are. */
export type Proofs = Record<string, File[]>;

/** A statement as it is sent: the part `deed` of a form. */
export interface StatementSent {
  procedure: string;
  routine: string;
  period: string;
  /** The unit of which it tells. */
  unit: string;
  fields: Record<string, string>;
  /** The sender's own word for it, the same each time that it is sent. */
  key: string;
  /** Who acts, in a home without accounts. */
  by: string | null;
}

/** A report of the public as it is sent. */
export interface ReportSent {
  kind: string;
  /** A code of the form's places. */
  place: string;
  fields: Record<string, string>;
}

/** Sends a deed with its evidence: words first, then the files. */
export function send(path: string, deed: Schemas["DeedBody"] | Schemas["OpeningBody"], proofs: Proofs): Promise<{ data?: Schemas["Acted"]; failure?: Failure }> {
  return post<Schemas["Acted"]>(path, deed, proofs);
}

/** The same for whatever is answered; without a status nobody answered. */
export async function post<T>(path: string, deed: object, proofs: Proofs): Promise<{ data?: T; failure?: Failure; status?: number }> {
  const form = new FormData();
  form.append("deed", JSON.stringify(deed));
  for (const [kind, files] of Object.entries(proofs)) for (const file of files) form.append(kind, file, file.name);
  let status: number | undefined;
  const asked: Answer<T> = fetch(address(path), { method: "POST", headers: OWN_PAGE, body: form }).then(async (response) => {
    status = response.status;
    const said = await response.json().catch(() => undefined);
    return response.ok ? { data: said, response } : { error: said, response };
  });
  return { ...(await settle(asked)), status };
}
