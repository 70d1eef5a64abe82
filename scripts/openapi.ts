/**
 * Generates the files that come from the contract: contract/openapi.json, and the table of calls
 * with which the console makes its requests. Tests fail while one of them is outdated.
 */
import { writeFileSync } from 'node:fs';
import { openApiText } from '@perennial/contract/openapi.ts';
import { consoleCallsText } from './consoleCalls.ts';

writeFileSync(new URL('../contract/openapi.json', import.meta.url), openApiText());
writeFileSync(new URL('../web/src/api/calls.ts', import.meta.url), consoleCallsText());
