import './cli/moduleLoading.mjs';

const { runCommandLine } = await import('./cli/commands.ts');
await runCommandLine(['serve', ...process.argv.slice(2)]);
