import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

// Offices run browsers built on Chromium 90 and later (360, 奇安信). The pages are served by the program itself, from the
// root or from below a path, so addresses are relative.
export default defineConfig({
  base: "./",
  plugins: [vue()],
  build: {
    // The console, the page of the public, and the page of a visit: three pages that know nothing of one another.
    rolldownOptions: { input: ["index.html", "report.html", "visit.html"] },
    target: ["es2020", "chrome90"],
    cssTarget: "chrome90",
    // A page that is printed and checked by eye must not depend on inlined data: addresses, which the server forbids.
    assetsInlineLimit: 0,
    // ECharts alone is above the usual line, and is loaded only by the pages that draw.
    chunkSizeWarningLimit: 700,
  },
  server: { port: 8421, proxy: { "/api": "http://127.0.0.1:8420" } },
});
