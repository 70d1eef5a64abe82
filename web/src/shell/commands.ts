import { autoOrderCommands } from './autoOrderCommands.ts';
import type { CommandSpec } from './commandSpec.ts';
import { listCommands } from './listCommands.ts';
import { orderCommands } from './orderCommands.ts';
import { recordCommands } from './recordCommands.ts';
import { shellCommands } from './shellCommands.ts';
import { taskCommands } from './taskCommands.ts';

/**
 * All commands of the console, from which buttons, menus, the palette, the keys and the help sheet
 * are built. `useCommands` provides a command's function while a component is on the page.
 */
export const commands = [
  ...shellCommands,
  ...listCommands,
  ...autoOrderCommands,
  ...orderCommands,
  ...taskCommands,
  ...recordCommands,
] as const satisfies readonly CommandSpec[];

export type CommandId = (typeof commands)[number]['id'];

/** A command by its id. */
export const commandOf = (id: CommandId): CommandSpec =>
  commands.find((command) => command.id === id)!;

/**
 * The commands that contain every typed word, sorted so that those beginning with the text are
 * first.
 */
export function matchingCommands<Spec extends CommandSpec>(
  specs: readonly Spec[],
  typed: string,
): Spec[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  const textOf = ({ words, also = '' }: CommandSpec) => `${words} ${also}`.toLowerCase();
  const begins = (spec: CommandSpec) => textOf(spec).startsWith(typed.trim().toLowerCase());
  const found = specs.filter((spec) => words.every((word) => textOf(spec).includes(word)));
  return [...found.filter(begins), ...found.filter((spec) => !begins(spec))];
}
