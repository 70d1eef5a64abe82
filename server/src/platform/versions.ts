import { readFileSync } from 'node:fs';
import { required } from '../kernel/assert.ts';
import type { Database } from './storage/database.ts';

/** The versions that this process runs. `migration` is the latest migration of the database. */
export interface Versions {
  readonly release: string;
  readonly node: string;
  readonly postgresql: string;
  readonly migration: string;
}

const { version: release } = JSON.parse(
  readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
) as { version: string };

/** Reads the versions of this process and of its database. */
export async function runningVersions(db: Database): Promise<Versions> {
  const ofDatabase = await db.row<Pick<Versions, 'postgresql' | 'migration'>>(
    `select current_setting('server_version') as postgresql, max(name) as migration
     from migration`,
  );
  return {
    release,
    node: process.versions.node,
    ...required(ofDatabase, 'the versions of the database'),
  };
}
