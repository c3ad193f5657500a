import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { conditions: ["understudy-source"] },
  ssr: { resolve: { conditions: ["understudy-source"], externalConditions: ["understudy-source"] } },
  test: {
    include: [
      "packages/*/src/**/*.test.ts",
      "packages/*/test/**/*.test.ts",
      "scripts/**/*.test.ts",
      "examples/**/*.test.ts",
    ],
    pool: "forks",
    testTimeout: 30_000,
  },
});
