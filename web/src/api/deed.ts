import { address, OWN_PAGE, type Schemas } from "./client";
import { type Answer, type Failure, settle } from "./load";

/** Files by the kind of proof that they are. */
export type Proofs = Record<string, File[]>;

/** Sends a deed with its evidence: words first, then the files. */
export function send(path: string, deed: Schemas["DeedBody"] | Schemas["OpeningBody"], proofs: Proofs): Promise<{ data?: Schemas["Acted"]; failure?: Failure }> {
  const form = new FormData();
  form.append("deed", JSON.stringify(deed));
  for (const [kind, files] of Object.entries(proofs)) for (const file of files) form.append(kind, file, file.name);
  const asked: Answer<Schemas["Acted"]> = fetch(address(path), { method: "POST", headers: OWN_PAGE, body: form }).then(async (response) => {
    const said = await response.json().catch(() => undefined);
    return response.ok ? { data: said, response } : { error: said, response };
  });
  return settle(asked);
}
