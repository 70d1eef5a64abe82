import type { ApiKey, ApiKeyInsert } from '@perennial/contract/apiKey.ts';
import { queryOptions } from '@tanstack/react-query';
import { call } from '../api/call.ts';
import { everyPage } from '../api/everyPage.ts';
import { queryClient } from '../api/query.ts';
import { type Write, written } from '../shell/draftWrites.ts';
import { keyBody } from './forms.ts';

/** All keys, the newest first. */
export const keysQuery = queryOptions<readonly ApiKey[]>({
  queryKey: ['api keys'],
  queryFn: ({ signal }) =>
    everyPage<ApiKey>(async (query) => (await call('getApiKeys', { query, signal })).api_keys),
});

const forget = () => queryClient.invalidateQueries({ queryKey: ['api keys'] });

/** Creates a key and returns it with its secret. */
export async function addKey(body: ApiKeyInsert, idempotencyKey: string): Promise<ApiKey> {
  const { api_key: made = {} } = await call('insertApiKey', { body, idempotencyKey });
  await forget();
  return made;
}

/** Replaces the secret of a key and returns the key with the new one. */
export async function rotateKey(
  id: number,
  keepOldHours: number,
  idempotencyKey: string,
): Promise<ApiKey> {
  const input = { params: { key_id: id }, body: { keep_old_hours: keepOldHours }, idempotencyKey };
  const { api_key: rotated = {} } = await call('rotateApiKey', input);
  await forget();
  return rotated;
}

/** Revokes a key for good. */
export async function revokeKey(id: number, idempotencyKey: string): Promise<void> {
  await call('revokeApiKey', { params: { key_id: id }, idempotencyKey });
  await forget();
}

/** Changes the name, the addresses or the expiry of a key. */
export const writeKey =
  (id: number): Write =>
  (from, to, idempotencyKey) => {
    const params = { key_id: id };
    return written(
      async () => {
        await call('updateApiKey', { params, body: keyBody(from.draft, to), idempotencyKey });
        await forget();
      },
      () => async () => {
        await call('updateApiKey', { params, body: keyBody(to, from.draft) });
        await forget();
      },
    );
  };
