import type { ShippingMethod } from '@perennial/contract/shippingMethod.ts';
import { queryOptions } from '@tanstack/react-query';
import { callVersioned } from '../api/call.ts';
import { queryClient } from '../api/query.ts';
import type { Undo } from '../shell/changes.ts';
import { asOpened, type Write, written } from '../shell/draftWrites.ts';
import { changedMethods, draftOfMethod, methodOf } from './forms.ts';

/** The shipping methods, and the version of the settings that contain them. */
export interface Methods {
  readonly methods: readonly ShippingMethod[];
  readonly version: number;
}

async function readMethods(): Promise<Methods> {
  const { body, version = 0 } = await callVersioned('getMerchantSettings');
  return { methods: body.settings?.shipping_methods ?? [], version };
}

/** The shipping methods, for the page. */
export const methodsQuery = queryOptions<Methods>({
  queryKey: ['shipping methods'],
  queryFn: readMethods,
});

/** The shipping methods, for a form. */
export const methodsFormQuery = queryOptions<Methods>({
  queryKey: ['shipping methods form'],
  ...asOpened,
  queryFn: readMethods,
});

async function save(
  { methods: before, version: ifMatch }: Methods,
  methods: ShippingMethod[],
  idempotencyKey: string,
): Promise<Undo> {
  const body = { shipping_methods: methods };
  const { version = 0 } = await callVersioned('updateMerchantSettings', {
    body,
    ifMatch,
    idempotencyKey,
  });
  await queryClient.invalidateQueries({ queryKey: ['shipping methods'] });
  return {
    operation: 'updateMerchantSettings',
    params: {},
    body: { shipping_methods: before },
    ifMatch: version,
  };
}

/**
 * Changes the method with a name, or adds one if no name is given. The settings have one version:
 * after a conflict, the other methods are those that the other person saved.
 */
export function writeMethod(name: string | undefined, read: Methods): Write {
  let latest = read;
  return (_from, to, idempotencyKey) =>
    written(
      () => save(latest, changedMethods(latest.methods, name, methodOf(to)), idempotencyKey),
      (undo) => undo,
      async () => {
        latest = await readMethods();
        const theirs = latest.methods.find((each) => each.name === name) ?? {};
        return { draft: draftOfMethod(theirs), version: latest.version };
      },
    );
}

/** Removes a method. */
export const removeMethod = (read: Methods, name: string, key: string): Promise<Undo> =>
  save(read, changedMethods(read.methods, name, undefined), key);
