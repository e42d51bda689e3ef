import { escapeLines } from '../../bytes/printable.ts';
import { Problem } from '../../problem.ts';

export interface AskStreams {
  readonly input: NodeJS.ReadableStream;
  /** stderr, always: stdout belongs to the result. */
  readonly output: NodeJS.WritableStream;
  /** Whether both are terminals and nobody said not to ask. */
  readonly interactive: boolean;
}

/** Every question names the flag (as in `--name N`) that answers it where there is no terminal. */
export interface Flagged {
  readonly flag: string;
}

export interface TextOptions extends Flagged {
  readonly default?: string;
  /** True, or the sentence that says what is wrong. */
  readonly validate?: (answer: string) => true | string;
}

export interface Choice<T> {
  readonly value: T;
  readonly name: string;
  readonly description?: string;
  /** Why it cannot be chosen. */
  readonly disabled?: string;
  /** For `many`: chosen beforehand. */
  readonly checked?: boolean;
}

export interface Ask {
  /** The questions put so far, in order: a rehearsal counts them. */
  readonly asked: readonly string[];
  readonly interactive: boolean;
  text(question: string, options: TextOptions): Promise<string>;
  /** Neither shown nor counted in stars. */
  secret(question: string, options: Flagged): Promise<string>;
  choice<T>(question: string, choices: readonly Choice<T>[], options: Flagged): Promise<T>;
  many<T>(
    question: string,
    choices: readonly Choice<T>[],
    options: Flagged & { readonly required?: boolean },
  ): Promise<T[]>;
  confirm(question: string, options: Flagged & { readonly default?: boolean }): Promise<boolean>;
  /** Whether exactly this sentence was typed: for what must not happen by habit. */
  typed(sentence: string, options?: Flagged): Promise<boolean>;
}

type Prompts = typeof import('./prompts.ts');
interface Context {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/**
 * Questions and choices are plain text, escaped here. Prompts are loaded at the first question, so that what asks
 * nothing starts fast, and so that the decision about colour stands by then.
 */
export function createAsk({ input, output, interactive }: AskStreams): Ask {
  const asked: string[] = [];

  async function put<T>(question: string, flag: string, prompt: (prompts: Prompts, context: Context) => Promise<T>) {
    if (!interactive) {
      throw new Problem(
        'ANSWER_MISSING',
        `an answer is missing and there is no terminal to ask on: ${question}`,
        `give it with ${flag}`,
      );
    }
    asked.push(question);
    const prompts = await import('./prompts.ts');
    const closed = new AbortController();
    const close = () => closed.abort();
    // Ctrl-D and a stream that ends close readline without settling the prompt; readline then pauses its input.
    const ends = ['end', 'close', 'pause'] as const;
    const { readable } = input;
    if (!readable) close();
    for (const end of ends) input.on(end, close);
    try {
      return await prompt(prompts, { input, output, signal: closed.signal });
    } catch (error) {
      if (!(error instanceof Error) || !interruptions.has(error.name)) throw error;
      throw new Problem('INTERRUPTED', 'interrupted at a question', 'run the same command again');
    } finally {
      for (const end of ends) input.off(end, close);
    }
  }

  return {
    asked,
    interactive,
    text: (question, { flag, default: initial, validate }) =>
      put(question, flag, (prompts, context) =>
        prompts.input(
          {
            message: escapeLines(question),
            ...(initial === undefined ? {} : { default: initial }),
            ...(validate === undefined ? {} : { validate }),
          },
          context,
        ),
      ),
    secret: (question, { flag }) =>
      put(question, flag, (prompts, context) =>
        prompts.password({ message: escapeLines(question), toggleMask: false }, context),
      ),
    choice: (question, choices, { flag }) =>
      put(question, flag, (prompts, context) =>
        prompts.select({ message: escapeLines(question), choices: choices.map(shown) }, context),
      ),
    many: (question, choices, { flag, required = false }) =>
      put(question, flag, (prompts, context) =>
        prompts.checkbox({ message: escapeLines(question), choices: choices.map(shown), required }, context),
      ),
    confirm: (question, { flag, default: initial = false }) =>
      put(question, flag, (prompts, context) =>
        prompts.confirm({ message: escapeLines(question), default: initial }, context),
      ),
    typed: (sentence, { flag } = { flag: `--override "${sentence}"` }) =>
      put(`type this sentence to go on: ${sentence}`, flag, async (prompts, context) => {
        const message = `type this sentence to go on: ${escapeLines(sentence)}\n >`;
        return (await prompts.input({ message }, context)).trim() === sentence;
      }),
  };
}

/** How inquirer says that nobody will answer: Ctrl-C, the end of the process, our own signal. */
const interruptions: ReadonlySet<string> = new Set(['ExitPromptError', 'AbortPromptError', 'CancelPromptError']);

function shown<T>({ value, name, description, disabled, checked }: Choice<T>) {
  return {
    value,
    name: escapeLines(name),
    ...(description === undefined ? {} : { description: escapeLines(description) }),
    ...(disabled === undefined ? {} : { disabled: `(${escapeLines(disabled)})` }),
    ...(checked === undefined ? {} : { checked }),
  };
}
