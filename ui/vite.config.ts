/** How the page is built and tested. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

export default defineConfig({
  plugins: [react()],
  clearScreen: false,
  // The page's security policy forbids inline scripts, and data: in anything but pictures.
  build: { target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0, chunkSizeWarningLimit: 1500 },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    css: { modules: { classNameStrategy: "non-scoped" } },
    // Two cores shared with everything else that a test run does.
    maxWorkers: 2,
    // Far from what any of them takes: a machine that is busy with something else fails none.
    testTimeout: 180_000,
  },
});
