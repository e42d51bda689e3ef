import { defineConfig } from 'vitest/config';

/** Which of these meet the mutants is said on the command line; by itself it is the pure core's own tests. */
export default defineConfig({
  test: { include: ['test/{ceremony,crypto,vault}/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 300_000 },
});
