import { drawing } from "./en/drawing";
import { ledgers } from "./en/ledgers";
import { office } from "./en/office";
import { people } from "./en/people";
import { shared } from "./en/shared";
import { single } from "./en/single";
import type { Words } from "./index";

export const en: Words = { ...shared, ...single, ...people, ...office, ...drawing, ...ledgers };
