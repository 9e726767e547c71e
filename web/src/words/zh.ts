import { drawing } from "./zh/drawing";
import { ledgers } from "./zh/ledgers";
import { office } from "./zh/office";
import { people } from "./zh/people";
import { shared } from "./zh/shared";
import { single } from "./zh/single";

/** The console's own words. What the program says about data comes from the server in both languages already. */
export const zh = { ...shared, ...single, ...people, ...office, ...drawing, ...ledgers };
