/** Generates contract/openapi.json; a test fails while it is stale. */
import { writeFileSync } from 'node:fs';
import { openApiText } from '@perennial/contract/openapi.ts';

writeFileSync(new URL('../contract/openapi.json', import.meta.url), openApiText());
