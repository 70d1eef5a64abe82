import { byMention, type PersonKeeper } from '../platform/privacy/person.ts';

/** What users of the console keep of customers: recent searches and views. */
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
