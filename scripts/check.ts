/** `npm run check`: types, lint and format. Exits with 1 when one of them finds a fault. */
import { checks } from './checks.ts';

for (const { promise, faults } of checks) {
  const found = faults();
  console.log(found === '' ? `✔ ${promise}` : `✖ ${promise}\n${found}`);
  if (found !== '') process.exitCode = 1;
}
