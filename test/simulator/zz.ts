import { search } from './search.ts';
const abc = ['alice','bob','carol'];
const base = { suite: 'ristretto255' as const, threshold: 2, decisions: [] as any[], cuts: 0, vanishing: [] as string[], liar: null };
const which = process.argv[2] ?? '';
const max = Number(process.argv[3] ?? 1e9);
const all: any = {
 '2of2': { ...base, name: '2of2', old: abc.slice(0,2), plans: [{ by: 'alice', members: abc.slice(0,2), threshold: 2 }] },
 '2of2r': { ...base, name: '2of2r', decisions: ['refuse','release'], old: abc.slice(0,2), plans: [{ by: 'alice', members: abc.slice(0,2), threshold: 2 }] },
 '2of3': { ...base, name: '2of3', old: abc, plans: [{ by: 'alice', members: abc, threshold: 2 }] },
 '2of3r': { ...base, name: '2of3r', decisions: ['refuse','release'], old: abc, plans: [{ by: 'alice', members: abc, threshold: 2 }] },
 '2of3c': { ...base, name: '2of3c', cuts: 1, old: abc, plans: [{ by: 'alice', members: abc, threshold: 2 }] },
};
const r = search(all[which], max);
console.log(JSON.stringify(r, null, 1));
console.log(process.memoryUsage().heapUsed/1e6);
