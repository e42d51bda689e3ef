import { escapeText } from '../bytes/printable.ts';
import type { Rehearsed } from './rehearse.ts';
import type { Scenario } from './scenario.ts';
import type { Told } from './stage.ts';

/** Colour, where there is any: it only repeats what the words say. */
export type Shade = (kind: 'good' | 'bad' | 'warn' | 'dim' | 'strong' | 'name', text: string) => string;

export function openingLines({ name, about, people }: Scenario, seed: string | null, shade: Shade): string[] {
  return [
    shade(
      'warn',
      'REHEARSAL: for practice only. no key of this is worth anything, and no packet of it meets a real vault',
    ),
    ...(seed === null
      ? []
      : [
          shade(
            'bad',
            `SEEDED with "${escapeText(seed)}": whoever knows the seed knows every secret drawn here. for rehearsals only`,
          ),
        ]),
    `${shade('strong', name)}: ${escapeText(about)}`,
    `people: ${people.join(', ')}`,
  ];
}

/** One visit in one line, and a line for each thing that went otherwise. */
export function toldLines(told: Told, width: number, shade: Shade): string[] {
  if ('begins' in told) return ['', told.begins === 'setup' ? 'what has to be there before:' : 'the rehearsal:'];
  if ('reads' in told) return [`       ${shade('dim', `${told.reads.who} reads status`)}`];
  const { stop, to } = told;
  const done = stop.deeds.length === 0 ? (stop.remarks[0] ?? 'nothing') : stop.deeds.join('; ');
  const remarks = stop.deeds.length === 0 ? stop.remarks.slice(1) : stop.remarks;
  const goes = to === null || to === stop.who ? '' : ` -> ${to}`;
  return [
    `  ${String(stop.number).padStart(3)}  ${shade('name', stop.who.padEnd(width))}  ${escapeText(done)}${shade('dim', goes)}`,
    ...remarks.map((remark) => `       ${' '.repeat(width)}  ${shade('warn', escapeText(remark))}`),
  ];
}

export function closingLines(done: Rehearsed, transcript: string, shade: Shade): string[] {
  const { tally, setup, ceremonies, packets, bytes, seconds, checks, ok } = done;
  const lines = [''];
  for (const { kind, keyset, phase, outstanding } of ceremonies) {
    const gone = outstanding.length === 0 ? '' : `, outstanding: ${outstanding.join(', ')}`;
    lines.push(`${shade('strong', `${kind} of ${keyset}`)}: ${phase}${gone}`);
  }
  lines.push(
    `${done.scenario.people.length} people, ${tally.visits} visits, ${tally.consents} consents, ${tally.prompts} prompts` +
      ` (${tally.passphrases} for a passphrase, ${tally.questions} besides passphrases and consents), ${packets} packets, ${bytes} bytes, ${seconds} s`,
  );
  if (setup.visits > 0)
    lines.push(shade('dim', `before that, not counted above: ${setup.visits} visits, ${setup.prompts} prompts`));
  for (const { check, ok, detail } of checks)
    lines.push(
      `  ${ok ? shade('good', 'ok    ') : shade('bad', 'NOT OK')}  ${escapeText(check)}: ${escapeText(detail)}`,
    );
  lines.push('', ...transcript.trimEnd().split('\n'), '');
  lines.push(
    ok
      ? shade('good', 'REHEARSAL ended as the scenario says')
      : shade('bad', 'REHEARSAL did not end as the scenario says'),
  );
  return lines;
}

/** The JSON contract of `rehearse`. */
export function rehearsedJson(done: Rehearsed, extra: { seed: string | null; folder: string | null }): object {
  const { scenario, ok, tally, setup, ceremonies, packets, bytes, seconds, checks } = done;
  const outcomes = [...new Set(ceremonies.map(({ phase }) => phase))];
  return {
    v: 1,
    scenario: scenario.name,
    ok,
    parties: scenario.people.length,
    visits: tally.visits,
    prompts: tally.prompts,
    packets,
    bytes,
    seconds,
    outcome: outcomes.length === 0 ? 'none' : outcomes.join(', '),
    faults: ceremonies.flatMap(({ faults }) => faults),
    consents: tally.consents,
    questions: tally.questions,
    passphrases: tally.passphrases,
    setup: { visits: setup.visits, prompts: setup.prompts, consents: setup.consents },
    ceremonies: ceremonies.map(({ ceremony, kind, keyset, phase, outstanding }) => ({
      ceremony,
      kind,
      keyset,
      phase,
      outstanding,
    })),
    checks,
    rehearsal: true,
    seed: extra.seed,
    folder: extra.folder,
  };
}
