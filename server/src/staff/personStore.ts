import { byMention, type PersonKeeper } from '../platform/privacy/person.ts';

/** The personal data of customers in preferences of users: recent searches and views. */
export const preferencePeople: PersonKeeper = {
  tables: [
    {
      table: 'user_preferences',
      key: ['user_id'],
      ...byMention('preferences'),
      columns: { preferences: 'jsonb' },
    },
  ],
};
