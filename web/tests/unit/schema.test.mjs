// The typed client is the one that follows from the server's own document.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "node:test";
import openapiTS, { astToString, COMMENT_HEADER } from "openapi-typescript";
import { WEB } from "./load.mjs";

test("src/api/schema.ts is up to date (npm run schema)", async () => {
  const document = pathToFileURL(join(WEB, "../docs/reference/openapi.json"));
  const expected = COMMENT_HEADER + astToString(await openapiTS(document));
  assert.equal(readFileSync(join(WEB, "src/api/schema.ts"), "utf8"), expected);
});
