import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** A real browser, as Debian has it, that asks nobody for anything. */
export async function launched(...flags: readonly string[]): Promise<Browser> {
  if (!existsSync(executablePath))
    throw new Error(`no browser at ${executablePath}: apt-get install chromium (or say in CHROMIUM where one is)`);
  const quiet = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update'];
  return chromium.launch({ executablePath, args: [...quiet, '--disable-sync', '--no-first-run', ...flags] });
}
