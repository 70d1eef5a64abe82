import type { PersonKeeper } from '../privacy/person.ts';
import type { Seal } from '../seal.ts';
import { redactResponses } from './idempotentStore.ts';

/** The personal data in stored responses. They are sealed, so no SQL condition can find them. */
export const responsePeople = (seal: Seal): PersonKeeper => ({
  tables: [],
  erase: ({ db, merchant }, { mentions, orderIds }, { own }) =>
    redactResponses(
      db,
      merchant.merchantId,
      [...mentions, ...orderIds.map((id) => `"${id.toLowerCase()}"`)],
      { seal, redaction: own },
    ),
});
