import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Command, UsageError } from './command.ts';
import { commandLine } from './commands.ts';

// Every fault here is found before a database is opened, so the commands run in this process.
const commands = new Map(
  await Promise.all(
    Object.entries(commandLine).map(async ([name, load]) => [name, await load()] as const),
  ),
);

/**
 * Runs the command and returns the fault that it reports. The exit code 2 is tested in cli.test.ts.
 */
async function faultOf(command: Command, args: readonly string[]): Promise<string> {
  const error = await command.run(args).then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(error instanceof UsageError, `${args.join(' ')}: ${String(error)}`);
  return error.message;
}

const optionsIn = (text: string): Set<string> => new Set(text.match(/--[a-z]+(-[a-z]+)*/g));

/** The lines of the help such as `key rotate --merchant DEMO <id>`, by their verb. */
function verbsOf(name: string, { help }: Command): Map<string, Set<string>> {
  const lines = help.split('\n').filter((line) => line.startsWith(`${name} `));
  return new Map(
    lines.flatMap((line) => {
      const verb = /^\S+ +([a-z][a-z-]*)/.exec(line)?.[1];
      return verb === undefined ? [] : [[verb, optionsIn(line)]];
    }),
  );
}

for (const [name, command] of commands) {
  const { usage, help } = command;
  const options = optionsIn(`${usage}\n${name === 'serve' ? '--role' : help}`);

  test(`${name}: an option that the help names exists, another is refused by its name`, async () => {
    for (const option of options)
      assert.match(await faultOf(command, [option, 'x', '--nonsense']), /'--nonsense'/, option);
    assert.match(await faultOf(command, ['--nonsense']), /'--nonsense'/);
  });
}

const withVerbs = 'merchant key user application clock secret'.split(' ');
for (const name of withVerbs) {
  const command = commands.get(name)!;
  const verbs = verbsOf(name, command);

  test(`${name}: each verb of the usage is explained, and another is refused by its name`, async () => {
    assert.deepEqual(
      [...verbs.keys()].toSorted(),
      command.usage.split(' ')[1]!.split('|').toSorted(),
    );
    assert.match(await faultOf(command, []), /^give a command: \S/);
    for (const other of ['nonsense', 'constructor'])
      assert.match(
        await faultOf(command, [other]),
        new RegExp(`^${name} ${other} is not a command`),
      );
  });

  test(`${name}: a verb refuses arguments that it does not use`, async () => {
    for (const verb of verbs.keys()) {
      const taken = counts[`${name} ${verb}`] ?? 0;
      const words = ['one', 'two', 'three'];
      assert.equal(
        await faultOf(command, [verb, ...words]),
        `unexpected argument ${words[taken]}; leave it out`,
      );
    }
  });
}

/** The number of arguments of each verb; a verb that is not listed takes none. */
const counts: Readonly<Record<string, number>> = {
  'key rotate': 1,
  'key revoke': 1,
  'application kind': 2,
  'application disable': 1,
  'application enable': 1,
  'clock set': 1,
  'clock advance': 1,
};

const wrong: readonly [line: string, says: string][] = [
  ['key list --name x --merchant DEMO', '--name does not go with key list; leave it out'],
  ['key revoke 7 --merchant DEMO --expires never', '--expires does not go with key revoke'],
  ['key create --merchant DEMO --name x --keep-old-hours 3', '--keep-old-hours does not go'],
  ['user password --merchant DEMO --login ann --checked called', '--checked does not go with user'],
  ['user list --merchant DEMO --login ann', '--login does not go with user list'],
  ['merchant start-charges --id DEMO --reason done', '--reason does not go with merchant start'],
  ['merchant list --id DEMO', '--id does not go with merchant list'],
  ['application disable desk --public', '--public does not go with application disable'],
  ['clock get --mode standing', '--mode does not go with clock get'],
  ['secret rotate --keep-old-days 3', '--keep-old-days does not go with secret rotate'],
  // The message names the option whose value is missing.
  ['key list', '--merchant is missing'],
  ['key list --merchant', "Option '--merchant <value>' argument missing"],
  ['key create --merchant --name x', "Option '--merchant' argument is ambiguous"],
  ['user create --merchant DEMO', '--login is missing'],
  ['user second-factor --merchant DEMO --login ann', '--checked is missing'],
  ['merchant create --name x', '--id is missing'],
  ['merchant stop-charges --id DEMO', '--reason is missing'],
  ['application create --permissions all', '--name is missing'],
  ['clock advance', 'give a span'],
  ['backup', 'the folder is missing'],
  ['restore', 'the folder is missing'],
  ['export --merchant DEMO', 'the folder is missing'],
  ['import', 'the folder is missing'],
  ['seed --merchant DEMO', '--auto-orders is missing'],
];

for (const [line, says] of wrong)
  test(`refused: ${line}`, async () => {
    const [name, ...args] = line.split(' ');
    const fault = await faultOf(commands.get(name!)!, args);
    assert.ok(fault.startsWith(says), fault);
  });
