import { fromMinor } from '../kernel/money.ts';
import { bare, done, noContent, payload, payloadText, versioned } from '../platform/http/answer.ts';
import { warningOf } from '../platform/http/ignoredFields.ts';
import type { Routes } from '../platform/http/routes.ts';
import { type NamedRecord, unknownNameWords } from '../platform/http/unknownNames.ts';
import { pageAnswer } from '../platform/http/unreadableRecords.ts';
import {
  emailVerificationToken,
  isEmailVerified,
  magicLink,
  mailVerification,
} from './accessOperations.ts';
import { changeEmailLists, getEmailLists } from './emailListOperations.ts';
import { namedByCustomer } from './namedRecords.ts';
import {
  type CustomerParts,
  getCustomer,
  getCustomers,
  insertCustomer,
  updateCustomer,
  type WrittenCustomer,
} from './operations.ts';
import { mergeCustomer, removeCustomer } from './removeOperations.ts';
import { addStoreCredit, adjustStoreCredit, getStoreCredit } from './storeCreditOperations.ts';
import { getWish, getWishList, insertWish, removeWish, updateWish } from './wishListOperations.ts';

/** The customer operations of the contract. */
export const customerRoutes = (parts: CustomerParts) =>
  ({
    getCustomer: async (context, { params, expand }) =>
      versioned(await getCustomer(context, parts, { oid: params.customer_profile_oid }, expand)),
    getCustomerByEmail: async (context, { params, expand }) =>
      versioned(await getCustomer(context, parts, { email: params.email }, expand)),
    getCustomers: async (context, { query, page, sort, expand }) => {
      const customers = await getCustomers(context, parts, query, { page, sort, expand });
      return pageAnswer(context, 'customer', customers);
    },
    getCustomersByQuery: async (context, { query, body, page, sort, expand }) => {
      const list = { page, sort, expand };
      const criteria = { ...query, ...withoutNulls(body) };
      const customers = await getCustomers(context, parts, criteria, list);
      return pageAnswer(context, 'customer', customers);
    },
    insertCustomer: async (context, { body, expand }) => {
      const customer = await insertCustomer(context, parts, body, expand);
      return written(customer, await parts.findUnknown(context, namedByCustomer(body)));
    },
    updateCustomer: async (context, { params, body, ...options }) => {
      const oid = params.customer_profile_oid;
      const customer = await updateCustomer(context, parts, oid, body, options);
      return written(customer, await parts.findUnknown(context, namedByCustomer(body)));
    },
    deleteCustomer: async (context, { params, ifMatch }) => {
      await removeCustomer(context, params.customer_profile_oid, ifMatch);
      return noContent();
    },
    mergeCustomer: async (context, { params: { customer_profile_oid: oid }, body, expand }) => {
      await mergeCustomer(context, parts, oid, body);
      return versioned(await getCustomer(context, parts, { oid }, expand));
    },
    ...listRoutes(parts),
    ...accessRoutes(parts),
  }) satisfies Routes;

const accessRoutes = (parts: CustomerParts) =>
  ({
    getEmailVerificationToken: async (context, { body }) =>
      payload(await emailVerificationToken(context, parts.seal, body.email)),
    validateEmailVerificationToken: async (context, { body }) =>
      (await isEmailVerified(context, parts.seal, body.token))
        ? done()
        : bare({ success: false, metadata: {} }),
    mailEmailVerification: async (context, { params }) => {
      await mailVerification(context, parts.queueVerificationMail, params.customer_profile_oid);
      return done();
    },
    getMagicLink: async (context, { params }) =>
      payload(await magicLink(context, parts, params.customer_profile_oid)),
  }) satisfies Routes;

const listRoutes = (parts: CustomerParts) =>
  ({
    getCustomerEmailLists: async (context) => payload(await getEmailLists(context)),
    updateCustomerEmailLists: async (context, { params, body }) => {
      await changeEmailLists(context, params.customer_profile_oid, body);
      const { add_to_lists, remove_from_lists } = body;
      return bare({
        add_to_lists: add_to_lists ?? [],
        remove_from_lists: remove_from_lists ?? [],
      });
    },
    getCustomerStoreCredit: async (context, { params }) =>
      payload(await getStoreCredit(context, params.customer_profile_oid)),
    addCustomerStoreCredit: async (context, { params, body }) => {
      await addStoreCredit(context, params.customer_profile_oid, body);
      return done();
    },
    adjustInternalCertificate: async (context, { params, body }) => {
      const { adjusted, available } = await adjustStoreCredit(
        context,
        params.customer_profile_oid,
        body,
      );
      const { currency } = context.merchant;
      return payload(fromMinor(available, currency), {
        beside: { adjustment_amount: fromMinor(adjusted, currency) },
      });
    },
    getCustomerWishList: async (context, { params }) =>
      payload(await getWishList(context, params.customer_profile_oid)),
    getCustomerWishListItem: async (context, { params }) =>
      payload(await getWish(context, wishKey(params))),
    insertWishListItem: async (context, { params, body }) =>
      bare(await insertWish(context, parts, params.customer_profile_oid, body)),
    updateWishListItem: async (context, { params, body }) =>
      bare(await updateWish(context, parts, wishKey(params), body)),
    deleteWishListItem: async (context, { params }) => {
      await removeWish(context, wishKey(params));
      return noContent();
    },
  }) satisfies Routes;

const wishKey = (params: { customer_profile_oid: number; customer_wishlist_item_oid: number }) => ({
  customerOid: params.customer_profile_oid,
  wishOid: params.customer_wishlist_item_oid,
});

/** A criterion that is null filters nothing. */
const withoutNulls = <T extends object>(body: T): T =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) as T;

const written = ({ json, version, ignored }: WrittenCustomer, unknown: readonly NamedRecord[]) =>
  payloadText(json, { version, ...warningOf(ignored, unknownNameWords(unknown)) });
