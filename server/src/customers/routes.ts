import { noContent, payloadText, versioned } from '../platform/http/answer.ts';
import { ignoredWarning } from '../platform/http/ignoredFields.ts';
import type { Routes } from '../platform/http/routes.ts';
import { pageAnswer } from '../platform/http/unreadableRecords.ts';
import {
  type CustomerParts,
  getCustomer,
  getCustomers,
  insertCustomer,
  updateCustomer,
  type WrittenCustomer,
} from './operations.ts';
import { mergeCustomer, removeCustomer } from './removeOperations.ts';

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
    getCustomersByQuery: async (context, { body, page, sort, expand }) => {
      const list = { page, sort, expand };
      const customers = await getCustomers(context, parts, withoutNulls(body), list);
      return pageAnswer(context, 'customer', customers);
    },
    insertCustomer: async (context, { body, expand }) =>
      written(await insertCustomer(context, parts, body, expand)),
    updateCustomer: async (context, { params, body, ...options }) =>
      written(await updateCustomer(context, parts, params.customer_profile_oid, body, options)),
    deleteCustomer: async (context, { params, ifMatch }) => {
      await removeCustomer(context, params.customer_profile_oid, ifMatch);
      return noContent();
    },
    mergeCustomer: async (context, { params: { customer_profile_oid: oid }, body, expand }) => {
      await mergeCustomer(context, parts, oid, body);
      return versioned(await getCustomer(context, parts, { oid }, expand));
    },
  }) satisfies Routes;

/** A null criterion is none. */
const withoutNulls = <T extends object>(body: T): T =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) as T;

const written = ({ json, version, ignored }: WrittenCustomer) =>
  payloadText(json, { version, ...ignoredWarning(ignored) });
