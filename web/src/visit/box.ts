/** What is kept on the device: the form as it was last asked for, drafts, and what waits to be sent. */

/** A file that was added: a photo, a sheet. */
export interface KeptFile {
  kind: string;
  name: string;
  bytes: Blob;
}

/** One visit on this device, from the first word to the server's answer. */
export interface Entry {
  /** The word by which the server knows that it is the same, however often it is sent. */
  key: string;
  /** Whose it is; nobody else sends it. */
  person: string;
  procedure: string;
  routine: string;
  period: string;
  unit: string;
  /** How it is called on the page. */
  label: string;
  fields: Record<string, string>;
  files: KeptFile[];
  by: string;
  state: "draft" | "waiting" | "sent" | "refused";
  changed: string;
  /** The case that came of it, or why none did. */
  answer?: string;
}

const NAME = "junheng-visit";

function open(): Promise<IDBDatabase> {
  return new Promise((done, failed) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      asked.result.createObjectStore("entries", { keyPath: "key" });
      asked.result.createObjectStore("forms");
    };
    asked.onsuccess = () => done(asked.result);
    asked.onerror = () => failed(asked.error);
  });
}

async function run<T>(store: "entries" | "forms", mode: IDBTransactionMode, act: (of: IDBObjectStore) => IDBRequest<T>): Promise<T> {
  const db = await open();
  try {
    return await new Promise<T>((done, failed) => {
      const work = db.transaction(store, mode);
      const asked = act(work.objectStore(store));
      // What is not on the disk is not kept.
      work.oncomplete = () => done(asked.result);
      work.onabort = work.onerror = () => failed(work.error ?? asked.error);
    });
  } finally {
    db.close();
  }
}

export const entries = (): Promise<Entry[]> => run("entries", "readonly", (store) => store.getAll() as IDBRequest<Entry[]>);
export const keep = (entry: Entry): Promise<unknown> => run("entries", "readwrite", (store) => store.put(entry));
export const drop = (key: string): Promise<unknown> => run("entries", "readwrite", (store) => store.delete(key));
export const keptForm = <T>(): Promise<T | undefined> => run("forms", "readonly", (store) => store.get("statements") as IDBRequest<T | undefined>);
export const keepForm = (form: unknown): Promise<unknown> => run("forms", "readwrite", (store) => store.put(form, "statements"));

/** A word that nobody else has: 128 bits in hexadecimal digits. */
export function newKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
