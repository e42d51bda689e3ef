import { keyPackages, writeKeyPackage, writePublicKeyPackage } from '../../exchange/zcash-frost.ts';
import { Problem } from '../../problem.ts';
import { registerCopy } from '../../vault/copies.ts';
import { holdingOf, shareToExport } from '../../vault/holding.ts';
import { keysetByName } from '../../vault/propose.ts';
import { copyJson, copyLabel } from '../copy-words.ts';
import { type NewFile, openFolder, writeNew } from '../output.ts';
import type { Session } from '../session.ts';

interface Options {
  readonly format?: 'frost';
  readonly out?: string;
  readonly key?: string[];
  readonly label?: string;
}

/** A naked share leaves the vault. It is in the register of copies before a byte of it is anywhere else. */
export async function exportKeyset(
  session: Session,
  options: Options,
  [name = '']: readonly string[],
): Promise<undefined> {
  const { context, say } = session;
  const { out } = options;
  if (options.format === undefined) throw new Problem('USAGE', 'the format is missing', '--format frost');
  if (out === undefined) throw new Problem('USAGE', 'the folder for the files is missing', '--out DIR');
  const label = copyLabel(options.label ?? 'exported in the FROST JSON of the Zcash Foundation');
  return session.withVault(async (ceremonies) => {
    const { vault } = ceremonies;
    const record = keysetByName(vault.state, name);
    const { slot, descriptor } = shareToExport(ceremonies, holdingOf(ceremonies, record));
    const unknown = options.key?.find((wanted) => !descriptor.keys.some((key) => key.label === wanted));
    if (unknown !== undefined)
      throw new Problem('USAGE', `${record.name} has no key ${unknown}`, `conclave keyset show ${record.name}`);
    const places = descriptor.keys.flatMap((key, place) =>
      options.key === undefined || options.key.includes(key.label) ? [place] : [],
    );
    const names = places.flatMap((place) => fileNames(descriptor.keys[place]?.label ?? ''));
    // the key package of `a-public` has the name of the public key package of `a`
    if (new Set(names.map((file) => file.toLowerCase())).size !== names.length) {
      throw new Problem(
        'USAGE',
        'two keys of this keyset would be written to one file',
        'export them one by one with --key LABEL, each to a folder of its own',
      );
    }
    const folder = openFolder(context.fs, out, names);
    if (context.ask.interactive) {
      const question = `this writes the share of ${record.name} to ${folder} without any protection. go on?`;
      if (!(await context.ask.confirm(question, { flag: '--out DIR', default: false })))
        throw new Problem('REFUSED', 'nothing was exported');
    }
    const share = vault.readShare(slot);
    const files = places.flatMap((place): NewFile[] => {
      const found = keyPackages(descriptor, place, slot.index, share[place] as Uint8Array);
      const [keyFile, publicFile] = fileNames(descriptor.keys[place]?.label ?? '');
      return [
        { name: keyFile, content: writeKeyPackage(found.key) },
        { name: publicFile, content: writePublicKeyPackage(found.public) },
      ];
    });
    for (const secret of share) secret.fill(0);
    const copy = registerCopy(vault, record, { label, kind: 'export', epoch: slot.epoch, at: context.now() });
    try {
      writeNew(context.fs, folder, files, true);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw new Problem(
        error.code,
        `${error.message}; copy ${copy.id} stays in the register, since a part of the share may lie there`,
        error.hint,
        true,
      );
    }
    for (const file of files) say.line(`wrote ${folder}/${file.name}`);
    say.line(
      `registered as copy ${copy.id} of epoch ${copy.epoch}; the closing that ends this epoch declares it worthless`,
    );
    say.line(`whoever has ${descriptor.threshold} such files has the key: keep them as you would keep the vault`);
    say.result({
      v: 1,
      keyset: record.name,
      epoch: slot.epoch,
      format: 'frost',
      folder,
      files: files.map((file) => file.name),
      copy: copyJson(record, { copy, state: 'current', outstanding: false }),
    });
    return undefined;
  });
}

function fileNames(label: string): [string, string] {
  return [`${label}-key-package.json`, `${label}-public-key-package.json`];
}
