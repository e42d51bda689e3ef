import { readFileSync } from 'node:fs';

/** The page that shows and scans, as the build left it; the bundle has it inside, as it has the verifier page. */
export function stationPage(): string {
  return readFileSync(new URL('../../build/courier/station.html', import.meta.url), 'utf8');
}
