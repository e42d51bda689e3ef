import type { Command, Option } from 'commander';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

interface Flag {
  readonly names: readonly string[];
  readonly description: string;
  /** Whether a word follows, and which words those are where there are only a few. */
  readonly takesValue: boolean;
  readonly choices: readonly string[];
}

/** One command as a shell has to know it. The path of the program itself is empty. */
interface Verb {
  readonly path: string;
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly flags: readonly Flag[];
  /** The words that it takes, where there are only a few. */
  readonly choices: readonly string[];
}

/** A script for this shell, made from the commands themselves: it cannot know others than there are. */
export function completionScript(shell: Shell, program: Command): string {
  const verbs = verbsOf(program, '', flagsOf(program));
  switch (shell) {
    case 'bash':
      return bash(verbs);
    case 'zsh':
      return zsh(verbs);
    case 'fish':
      return fish(verbs);
  }
}

function verbsOf(command: Command, path: string, globals: readonly Flag[]): Verb[] {
  const below = command.commands.filter((one) => !isHidden(one));
  const own = path === '' ? globals : [...flagsOf(command), ...globals];
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  const commands = below.map((one) => ({ name: one.name(), description: one.description() }));
  const help = { names: ['--help'], description: 'show what there is', takesValue: false, choices: [] };
  const verb = { path, commands, flags: [...own, help], choices };
  return [verb, ...below.flatMap((one) => verbsOf(one, path === '' ? one.name() : `${path} ${one.name()}`, globals))];
}

function isHidden(command: Command): boolean {
  return (command as Command & { _hidden?: boolean })._hidden === true;
}

function flagsOf(command: Command): Flag[] {
  return command.options
    .filter((option: Option) => !option.hidden)
    .map(({ long, short, description, required, optional, argChoices }: Option) => ({
      names: [long, short].filter((name) => typeof name === 'string'),
      description,
      takesValue: required || optional,
      choices: argChoices ?? [],
    }));
}

/** Single quotes, for bash and zsh. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** The cases of a `case "$verb:$word"` in which a word of the command line takes the next one. */
function valued(verbs: readonly Verb[]): { readonly pattern: string; readonly choices: readonly string[] }[] {
  return verbs.flatMap(({ path, flags }) =>
    flags
      .filter(({ takesValue }) => takesValue)
      .map(({ names, choices }) => ({ pattern: names.map((name) => quoted(`${path}:${name}`)).join('|'), choices })),
  );
}

/** Which command the words before the one at hand have come to: the same loop in bash and zsh. */
function reading(verbs: readonly Verb[], first: string, last: string, word: string): string {
  const steps = verbs.flatMap(({ path }) => (path === '' ? [] : [quoted(` ${path}`)])).join('|');
  const takes = valued(verbs)
    .map(({ pattern }) => pattern)
    .join('|');
  return `  for ((i = ${first}; i < ${last}; i++)); do
    word=${word}
    if [[ -n $skip ]]; then skip=; continue; fi
    case "$verb:$word" in
      ${takes}) skip=1; continue ;;
    esac
    [[ $word == -* ]] && continue
    case " \${verb:+$verb }$word" in
      ${steps}) verb="\${verb:+$verb }$word" ;;
    esac
  done`;
}

function bash(verbs: readonly Verb[]): string {
  const values = valued(verbs).map(({ pattern, choices }) =>
    choices.length === 0
      ? `    ${pattern}) return ;;`
      : `    ${pattern}) COMPREPLY=($(compgen -W ${quoted(choices.join(' '))} -- "$cur")); return ;;`,
  );
  const cases = verbs.map(({ path, commands, flags, choices }) => {
    const words = [...commands.map(({ name }) => name), ...choices].join(' ');
    const options = flags.flatMap(({ names }) => names).join(' ');
    return `    ${quoted(path)}) words=${quoted(words)} options=${quoted(options)} ;;`;
  });
  return `# conclave in bash: source <(conclave completion bash)
_conclave() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} verb= word= skip= words= options= i
${reading(verbs, '1', 'COMP_CWORD', '${COMP_WORDS[i]}')}
  case "$verb:$prev" in
${values.join('\n')}
  esac
  case $verb in
${cases.join('\n')}
  esac
  [[ $cur == -* ]] && words=$options
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _conclave conclave
`;
}

function zsh(verbs: readonly Verb[]): string {
  const values = valued(verbs).map(({ pattern, choices }) =>
    choices.length === 0
      ? `    ${pattern}) _files; return ;;`
      : `    ${pattern}) compadd -- ${choices.map(quoted).join(' ')}; return ;;`,
  );
  const described = (name: string, description: string): string =>
    quoted(`${name.replaceAll(':', '\\:')}:${description}`);
  const cases = verbs.map(({ path, commands, flags, choices }) => {
    const words = [
      ...commands.map(({ name, description }) => described(name, description)),
      ...choices.map((choice) => described(choice, '')),
    ];
    const options = flags.flatMap(({ names, description }) => names.map((name) => described(name, description)));
    return `    ${quoted(path)})
      found=(${words.join(' ')})
      options=(${options.join(' ')}) ;;`;
  });
  return `#compdef conclave
# conclave in zsh: source <(conclave completion zsh)
_conclave() {
  local verb= word= skip= i
  local -a found options
${reading(verbs, '2', 'CURRENT', '${words[i]}')}
  case "$verb:\${words[CURRENT-1]}" in
${values.join('\n')}
  esac
  case $verb in
${cases.join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then _describe -o option options
  elif (( \${#found} )); then _describe command found
  else _files
  fi
}
if [[ \${funcstack[1]} == _conclave ]]; then _conclave "$@"; else compdef _conclave conclave; fi
`;
}

function fish(verbs: readonly Verb[]): string {
  const quote = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const takes = verbs.flatMap(({ path, flags }) =>
    flags.filter(({ takesValue }) => takesValue).flatMap(({ names }) => names.map((name) => quote(`${path}:${name}`))),
  );
  const steps = verbs.flatMap(({ path }) => (path === '' ? [] : [quote(path)]));
  const lines = verbs.flatMap(({ path, commands, flags, choices }) => {
    const when = `-n ${quote(`__conclave_at ${quote(path)}`)}`;
    return [
      ...commands.map(
        ({ name, description }) => `complete -c conclave ${when} -f -a ${quote(name)} -d ${quote(description)}`,
      ),
      ...choices.map((choice) => `complete -c conclave ${when} -f -a ${quote(choice)}`),
      ...flags.map(({ names, description, takesValue, choices: values }) => {
        const spelled = names.map((name) => (name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
        const value = values.length > 0 ? ` -x -a ${quote(values.join(' '))}` : takesValue ? ' -r' : '';
        return `complete -c conclave ${when} ${spelled.join(' ')}${value} -d ${quote(description)}`;
      }),
    ];
  });
  return `# conclave in fish: conclave completion fish | source
function __conclave_verb
  set -l verb ''
  set -l skip ''
  for word in (commandline -opc)[2..-1]
    if test -n "$skip"
      set skip ''
      continue
    end
    if contains -- "$verb:$word" ${takes.join(' ')}
      set skip 1
      continue
    end
    string match -q -- '-*' $word; and continue
    set -l next (string trim -- "$verb $word")
    if contains -- $next ${steps.join(' ')}
      set verb $next
    end
  end
  echo $verb
end
function __conclave_at
  set -l verb (__conclave_verb)
  test "$verb" = "$argv[1]"
end
${lines.join('\n')}
`;
}
