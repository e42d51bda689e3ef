import { systemLadder } from '../src/cli/system-ladder.ts';
import { systemVerifier } from '../src/cli/system-verifier.ts';
import { askFirst } from '../src/crypto/signature.ts';
import { ladderFirst } from '../src/crypto/torsion.ts';

// as the program does at its start; what the library says by itself is asked in test/crypto/{signature,torsion}.test.ts
askFirst(systemVerifier());
ladderFirst(systemLadder());
