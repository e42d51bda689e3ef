import { search } from './search.ts';
import { situations } from './situations.ts';
const r = search(situations.find(({name})=>name===process.argv[2])!, Number(process.argv[3] ?? 1e9));
console.log(JSON.stringify(r, null, 1));
