import { countOldOrders } from '../autoOrders/oldOrderStore.ts';
import { autoOrderPeople } from '../autoOrders/personStore.ts';
import { auditPeople } from '../books/personStore.ts';
import { couponPeople } from '../coupons/personStore.ts';
import { emailsOfCustomers, namesOfCustomers } from '../customers/bearerStore.ts';
import { customerPeople } from '../customers/personStore.ts';
import { itemPeople } from '../items/personStore.ts';
import { countMails } from '../notifications/mailRetentionStore.ts';
import { noticePeople } from '../notifications/personStore.ts';
import { orderPeople } from '../orders/personStore.ts';
import { paymentPeople } from '../payments/personStore.ts';
import { countForgettable } from '../platform/events/feed.ts';
import { eventPeople } from '../platform/events/people.ts';
import type { Files } from '../platform/files/files.ts';
import { responsePeople } from '../platform/http/people.ts';
import type { MailTransport } from '../platform/mail/mailTransport.ts';
import type { PersonKeeper } from '../platform/privacy/person.ts';
import type { Seal } from '../platform/seal.ts';
import type { SearchParts } from '../privacy/mentionSearchWorker.ts';
import type { PreviewParts } from '../privacy/retentionOperations.ts';
import { rebillPeople } from '../rebill/personStore.ts';
import { preferencePeople } from '../staff/personStore.ts';
import { countLog } from '../webhooks/deliveryStore.ts';
import { webhookPeople } from '../webhooks/personStore.ts';
import { redactFiles } from '../workflow/fileRedactionOperations.ts';
import { workflowPeople } from '../workflow/personStore.ts';

/**
 * The personal data of each feature, in the order in which records are found and locked: auto
 * orders, orders, profiles, the rest.
 */
export const peopleOf = (seal: Seal): readonly PersonKeeper[] => [
  autoOrderPeople,
  rebillPeople,
  orderPeople,
  couponPeople,
  itemPeople,
  paymentPeople,
  noticePeople,
  customerPeople,
  workflowPeople,
  webhookPeople,
  eventPeople,
  preferencePeople,
  auditPeople,
  responsePeople(seal),
];

/** Counts the rows that each retention period would remove. */
export const removable: PreviewParts['removable'] = {
  event_days: countForgettable,
  delivery_log_days: countLog,
  mail_days: countMails,
  order_days: countOldOrders,
};

/** The parts that the search for erased people needs: the customers and their files. */
export const searchParts = (files: Files, mail: MailTransport): SearchParts => ({
  emailsOfCustomers,
  namesOfCustomers,
  files: {
    workflow_file: (context, keys, redaction) => redactFiles(context, files, keys, redaction),
  },
  forgetMails: async (merchantId, { text }) =>
    (await mail.forgetWhere?.(`${merchantId}-`, (mail) => text(mail) !== mail)) ?? 0,
});
