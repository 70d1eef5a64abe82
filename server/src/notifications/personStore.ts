import { byAutoOrder, byOrder, type PersonKeeper } from '../platform/privacy/person.ts';
import { queueRemovalsOf } from './mailRemovalStore.ts';

const key = ['auto_order_oid', 'notice_id'];

/** The personal data in mails: all mails to and about a person are deleted. */
export const noticePeople: PersonKeeper = {
  erase: ({ db, merchant }, person) => queueRemovalsOf(db, merchant.merchantId, person),
  tables: [
    { table: 'notice', key, ...byAutoOrder },
    { table: 'notice', key, ...byOrder },
    { table: 'notice', key, where: 'lower(email) = any($2::text[])', match: 'emails' },
  ],
};
