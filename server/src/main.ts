import { runCommandLine } from './cli/commands.ts';

await runCommandLine(['serve', ...process.argv.slice(2)]);
