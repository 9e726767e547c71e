import { BASE, OWN_PAGE, type Schemas } from "./api/client";
import type { Failure } from "./api/load";

/** A file as the official knows it: with the folders it was dropped in. */
export interface Dropped {
  name: string;
  file: File;
}

/** Everything that was dropped, folders opened, in the order of names. */
export async function dropped(transfer: DataTransfer): Promise<Dropped[]> {
  const entries = [...transfer.items].flatMap((item) => {
    const entry = item.kind === "file" ? item.webkitGetAsEntry() : null;
    return entry ? [entry] : [];
  });
  // Browsers that cannot open folders give the plain files.
  if (entries.length === 0) return [...transfer.files].map((file) => ({ name: file.name, file }));
  const found = await Promise.all(entries.map((entry) => opened(entry, "")));
  return found.flat().sort((a, b) => a.name.localeCompare(b.name));
}

async function opened(entry: FileSystemEntry, path: string): Promise<Dropped[]> {
  const name = path ? `${path}/${entry.name}` : entry.name;
  if (entry.isFile) {
    const file = await new Promise<File>((done, fail) => (entry as FileSystemFileEntry).file(done, fail));
    return [{ name, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside: Dropped[] = [];
  // A folder is read in portions, the last of which is empty.
  for (;;) {
    const portion = await new Promise<FileSystemEntry[]>((done, fail) => reader.readEntries(done, fail));
    if (portion.length === 0) return inside;
    for (const one of portion) inside.push(...(await opened(one, name)));
  }
}

/** Files from an input; of a chosen folder each bears its path. */
export function chosen(files: FileList | null): Dropped[] {
  return [...(files ?? [])].map((file) => ({ name: file.webkitRelativePath || file.name, file }));
}

export interface Upload {
  answer: Promise<{ job?: string; failure?: Failure }>;
  stop: () => void;
}

/** Sends files to be looked over; `progress` hears what share of them has gone. */
export function send(files: Dropped[], fields: { by: string; county: string; fresh: boolean }, progress: (share: number) => void): Upload {
  const form = new FormData();
  if (fields.by) form.append("by", fields.by);
  if (fields.county) form.append("county", fields.county);
  if (fields.fresh) form.append("fresh", "true");
  for (const { name, file } of files) form.append("file", file, name);

  // fetch() cannot tell how far a request has gone.
  const request = new XMLHttpRequest();
  const answer = new Promise<{ job?: string; failure?: Failure }>((done) => {
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => {
      const said = parsed(request.responseText);
      done(request.status === 202 ? { job: (said as Schemas["Received"]).job } : { failure: said as Failure });
    };
    request.onerror = () => done({ failure: BROKEN });
    request.onabort = () => done({});
  });
  request.open("POST", `${BASE}/api/imports`);
  for (const [header, value] of Object.entries(OWN_PAGE)) request.setRequestHeader(header, value);
  request.send(form);
  return { answer, stop: () => request.abort() };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return BROKEN;
  }
}

const BROKEN: Failure = {
  what: { zh: "文件没有传完，连接断了", en: "the connection broke before all files had gone" },
  hint: { zh: "什么也没有改变；确认 junheng serve 还在运行，再试一次", en: "nothing has changed; make sure that `junheng serve` is running and try again" },
};
