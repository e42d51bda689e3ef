import { toHex } from '../bytes/hex.ts';
import { escapeText } from '../bytes/printable.ts';
import { mostLetters } from '../bytes/qr/code.ts';
import { frameText } from '../bytes/qr/frame-text.ts';
import { streamOf } from '../bytes/qr/frames.ts';
import { fileHash } from '../bytes/tagged-hash.ts';
import { cutFor } from '../courier/qr/density.ts';
import { type Screen, showMoving } from '../courier/qr/show.ts';
import { usualSpeed } from '../courier/qr/showing.ts';
import { Problem } from '../problem.ts';
import { codePictures, type PictureOptions, wantsPictures } from './code-pictures.ts';
import { known } from './scanned.ts';
import type { Session } from './session.ts';

export interface CodeOptions extends PictureOptions {
  readonly byHand?: boolean;
  readonly text?: boolean;
}

export function sayWhoMaySee({ say }: Session, file: Uint8Array): void {
  if (!known(file).secret) return;
  say.line('whoever sees these codes has a secret, or a way to guess at one: let no camera but yours see them');
}

/** On the terminal, or as whatever else was asked for; what a document says of codes that stay. */
export async function showCodes(
  session: Session,
  file: Uint8Array,
  name: string,
  options: CodeOptions,
): Promise<object | null> {
  if (wantsPictures(options)) return codePictures(session, file, name, options);
  if (options.text === true) return lines(session, file, options);
  await showOnScreen(session, file, name, options);
  return null;
}

export function requireScreen({ context, say }: Session): () => Screen {
  if (context.screen !== undefined && !say.json) return context.screen;
  throw new Problem(
    'USAGE',
    'codes move on a terminal, and there is none',
    'make still ones: --png DIR, --svg DIR, --pdf F and others are in the help of the command',
  );
}

/** Moving codes, until somebody says that it is enough. */
export async function showOnScreen(
  session: Session,
  file: Uint8Array,
  name: string,
  { level = 'L', density, byHand, speed = usualSpeed }: Partial<CodeOptions>,
): Promise<void> {
  const screen = requireScreen(session);
  const options = { level, speed: byHand === true ? 0 : speed, version: density };
  const { frames, cut } = await showMoving(screen(), file, options);
  const enough = cut === null ? 'none could be shown' : `${cut.count} are enough`;
  session.say.line(
    `shown: ${frames} different codes of ${escapeText(name)}, ${enough} (sha256 ${toHex(fileHash(file))})`,
  );
}

function lines(session: Session, file: Uint8Array, { level = 'L', density = 13, spare }: CodeOptions): object {
  const { size, count } = cutFor(file.length, density, level);
  const { frame } = streamOf(file, size);
  const all = count + (spare ?? 0);
  const texts = Array.from({ length: all }, (_, number) => frameText(frame(number)));
  if ((texts[0]?.length ?? 0) > mostLetters(level)) {
    throw new Problem(
      'CODE_TOO_LARGE',
      `lines of ${texts[0]?.length} letters, and no QR code of level ${level} holds more than ${mostLetters(level)}`,
      'as text a frame takes more room than as bytes: leave out --density, or give a smaller one',
    );
  }
  for (const line of texts) session.say.line(line);
  return { sha256: toHex(fileHash(file)), bytes: file.length, needed: count, lines: texts };
}
