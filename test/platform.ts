import { systemVerifier } from '../src/cli/system-verifier.ts';
import { askFirst } from '../src/crypto/signature.ts';

// as the program does at its start; what the library says by itself is asked in test/crypto/signature.test.ts
askFirst(systemVerifier());
