import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

export const WEB = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Loads a TypeScript module of the console as the build does. */
export async function load(path) {
  const { module } = await runnerImport(resolve(WEB, path), { root: WEB, configFile: false, logLevel: "error" });
  return module;
}
