import { tell } from './history.ts';

/* What the bundle of the histories does: SEED FROM TO, and the answer is one line of JSON. */

const [seed = '1', from = '1', to = '5'] = process.argv.slice(2);
process.stdout.write(`${JSON.stringify(tell(seed, Number(from), Number(to)))}\n`);
