import { resolve } from 'node:path';
import { escapeText } from '../../bytes/printable.ts';
import { stationPage } from '../../courier/station-page.ts';
import type { Register } from '../program.ts';
import type { Session } from '../session.ts';
import { writeReport } from '../written.ts';

export const registerStation: Register = (qr, action) => {
  qr.command('station <file>')
    .description(
      'write the page that shows and scans in a browser: one HTML file, without an install and without a network',
    )
    .action(action(station));
};

async function station(
  { context: { fs }, say }: Session,
  _: unknown,
  [file = '']: readonly string[],
): Promise<undefined> {
  const path = resolve(file);
  writeReport(fs, path, stationPage());
  say.line(`written to ${escapeText(path)}: open it in a browser, on a machine with a screen or a camera`);
  say.result({ v: 1, page: path });
  return undefined;
}
