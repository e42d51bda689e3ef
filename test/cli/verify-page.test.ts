import { expect, test } from 'vitest';
import { verifierPage } from '../../src/report/verifier-page.ts';
import { World } from './world.ts';

const somebody = new World('verify --page').machine('a stranger');

test('verify --page writes the verifier page, without a vault', async () => {
  const { status, json } = await somebody.run('verify', '--page', '/verifier.html');
  expect({ status, json }).toEqual({ status: 0, json: { v: 1, page: '/verifier.html' } });
  expect(somebody.world.read('/verifier.html')).toBe(verifierPage());
});

test('verify asks for a file, or for the page, and not for both', async () => {
  for (const words of [['verify'], ['verify', '/verifier.html', '--page', '/other.html']]) {
    const { status, json } = await somebody.run(...words);
    expect({ status, code: json.error.code }).toEqual({ status: 2, code: 'USAGE' });
  }
  expect(somebody.world.read('/other.html')).toBeUndefined();
});

test('verify --page is not written over a record, which may be the only one', async () => {
  somebody.world.memory.put('/only.conclave', new TextEncoder().encode('conclave export v1\nand the rest'));
  const refused = await somebody.run('verify', '--page', '/only.conclave');
  expect(refused).toMatchObject({ status: 1, json: { error: { code: 'OUTPUT_FAILED', changed: false } } });
  expect(refused.json.error.message).toContain('a record of conclave has that name already');
  await somebody.run('verify', '--page', '/again.html');
  expect(await somebody.run('verify', '--page', '/again.html')).toMatchObject({ status: 0 });
});
