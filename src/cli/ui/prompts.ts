// The prompts that we use, by name: a dynamic import of the whole package would carry its editor, and with that
// child_process, into the bundle.
export { checkbox, confirm, input, password, select } from '@inquirer/prompts';
