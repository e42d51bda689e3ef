import { readFileSync } from 'node:fs';

/**
 * The verifier that needs no install: one file of HTML. The build leaves it beside what it built, and the same way leads
 * there from here and from build/; the bundle has it inside (bundle.js puts it in the place of this function).
 */
export function verifierPage(): string {
  return readFileSync(new URL('../../build/report/verifier.html', import.meta.url), 'utf8');
}
