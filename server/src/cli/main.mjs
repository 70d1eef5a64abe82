import './moduleLoading.mjs';

const { runCommandLine } = await import('./commands.ts');
await runCommandLine(process.argv.slice(2));
