import { createRouter, createWebHashHistory } from "vue-router";
import { PAGES, type Page } from "./pages";
import { SCOPE_KEYS, scopeOf } from "./scope";
import { may } from "./api/session";
import { state, whole } from "./api/state";

declare module "vue-router" {
  interface RouteMeta {
    page?: Page;
  }
}

/** Addresses behind the hash: the server needs to know one page only, wherever it is mounted. */
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    ...PAGES.map((page) => ({ name: page.name, path: page.path, component: page.view, meta: { page } })),
    { path: "/:rest(.*)*", redirect: "/" },
  ],
  scrollBehavior: (_to, _from, saved) => saved ?? { top: 0 },
});

// Whoever may not see the whole county begins with their own work.
router.beforeEach((to) => (to.name === "board" && !may("county:read") ? { name: may("cases:read") ? "desk" : "me", query: to.query, replace: true } : true));

// An address without a scope gets the one that is meant, so that whatever is copied from the browser is complete.
router.beforeEach(async (to) => {
  await state.ready;
  const scope = whole(scopeOf(to.query));
  if (SCOPE_KEYS.every((key) => scope[key] === undefined || to.query[key] === scope[key])) return true;
  return { ...to, query: { ...to.query, ...scope }, replace: true };
});
