// Says each mutant that no test missed as soon as it is known: a run over many files takes hours, and may be stopped.

class Survivors {
  /** @param {{ status: string, fileName: string, location: { start: { line: number } }, replacement: string, mutatorName: string }} mutant */
  onMutantTested({ status, fileName, location, replacement, mutatorName }) {
    if (status !== 'Survived' && status !== 'NoCoverage') return;
    const becomes = replacement.replace(/\s+/g, ' ').slice(0, 100);
    console.log(`\n${status}: ${fileName}:${location.start.line} ${mutatorName} -> ${becomes}`);
  }
}

export const strykerPlugins = [{ kind: 'Reporter', name: 'survivors', injectableClass: Survivors }];
