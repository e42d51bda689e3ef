import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/platform.ts'],
    // no test asserts a time; this only keeps a busy machine from failing an honest one
    testTimeout: 60_000,
    // one worker a core: by itself it leaves one core to whoever waits for the result
    maxWorkers: '100%',
    hookTimeout: 300_000,
  },
});
