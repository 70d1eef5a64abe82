import type { CouponQuery } from '@perennial/contract/coupon.ts';
import type { QueryOf } from '@perennial/contract/operations.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { done, noContent, payload, payloadText, versioned } from '../platform/http/answer.ts';
import { ignoredWarning } from '../platform/http/ignoredFields.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Routes } from '../platform/http/routes.ts';
import { pageAnswer } from '../platform/http/unreadableRecords.ts';
import type { Merchants } from '../platform/tenancy/merchants.ts';
import {
  codeExists,
  editorValues,
  generateCodes,
  getAutoApply,
  getCodes,
  type MadeCodes,
  updateAutoApply,
  uploadCodes,
} from './codeOperations.ts';
import {
  getCoupon,
  getCoupons,
  insertCoupon,
  insertCoupons,
  removeCoupons,
  updateCoupon,
  updateCoupons,
  type WrittenCoupon,
  type WrittenCoupons,
} from './operations.ts';

/** The coupon operations of the contract. */
export const couponRoutes = (merchants: Merchants) =>
  ({
    getCoupons: async (context, { query, page, sort }) =>
      pageAnswer(context, 'coupon', await getCoupons(context, criteriaOf(query), { page, sort })),
    getCouponsByQuery: async (context, { body, page, sort }) =>
      pageAnswer(context, 'coupon', await getCoupons(context, body, { page, sort })),
    getCoupon: async (context, { params }) =>
      versioned(await getCoupon(context, { oid: params.coupon_oid })),
    getCouponByMerchantCode: async (context, { params }) =>
      versioned(await getCoupon(context, { code: params.merchant_code })),
    doesCouponCodeExist: async (context, { params: { merchant_code: code } }) =>
      done({ beside: { coupon_code: code, exists: await codeExists(context, code) } }),
    insertCoupon: async (context, { body }) => written(await insertCoupon(context, body)),
    insertCoupons: async (context, { body }) =>
      writtenAll(await insertCoupons(context, listOf(body.coupons, 'coupons'))),
    updateCoupon: async (context, { params, body, ifMatch }) =>
      written(await updateCoupon(context, params.coupon_oid, body, ifMatch)),
    updateCoupons: async (context, { body }) =>
      writtenAll(await updateCoupons(context, listOf(body.coupons, 'coupons'))),
    deleteCoupon: async (context, { params, ifMatch }) => {
      await removeCoupons(context, [{ oid: params.coupon_oid }], ifMatch);
      return noContent();
    },
    deleteCouponsByOid: async (context, { body }) => {
      const oids = listOf(body.coupon_oids, 'coupon_oids');
      await removeCoupons(
        context,
        [...new Set(oids)].map((oid) => ({ oid })),
      );
      return noContent();
    },
    deleteCouponsByCode: async (context, { body }) => {
      const codes = listOf(body.coupon_codes, 'coupon_codes');
      await removeCoupons(
        context,
        [...new Set(codes)].map((code) => ({ code })),
      );
      return noContent();
    },
    generateCouponCodes: async (context, { params, body }) =>
      made(await generateCodes(context, { oid: params.coupon_oid }, body)),
    generateOneTimeCodesByMerchantCode: async (context, { params, body }) =>
      made(await generateCodes(context, { code: params.merchant_code }, body)),
    uploadCouponCodes: async (context, { params, body }) => {
      const codes = listOf(body.coupon_codes, 'coupon_codes');
      const { uploaded, duplicates, rejected } = await uploadCodes(
        context,
        params.coupon_oid,
        codes,
      );
      return payload(uploaded, {
        beside: { duplicate_codes: duplicates, rejected_codes: rejected },
      });
    },
    getCouponCodes: async (context, { params, page }) =>
      pageAnswer(context, 'coupon code', await getCodes(context, params.coupon_oid, page)),
    getAutoApply: async (context) => {
      const { required_items, subtotal_levels } = await getAutoApply(context);
      return payload(required_items, { beside: { subtotal_levels } });
    },
    updateAutoApply: async (context, { body }) => {
      await updateAutoApply(context, merchants, body);
      return noContent();
    },
    getEditorValues: async (context) => {
      const { types, shownTypes, currencies, users } = editorValues(context);
      return payload(types, {
        beside: {
          coupon_types_for_display: shownTypes,
          currency_codes: currencies,
          usable_by: users,
        },
      });
    },
  }) satisfies Routes;

const criteriaOf = (query: QueryOf<'getCoupons'>): CouponQuery =>
  fromLoose<CouponQuery>({
    merchant_code: query.merchant_code,
    description: query.description,
    coupon_type: query.coupon_type,
    start_dts_begin: query.start_date_begin,
    start_dts_end: query.start_date_end,
    expiration_dts_begin: query.expiration_date_begin,
    expiration_dts_end: query.expiration_date_end,
    exclude_expired: query.exclude_expired,
  });

const listOf = <Element>(list: Element[] | null | undefined, field: string): Element[] =>
  list?.length ? list : refuse('missing_field', { field });

const written = ({ json, version, ignored }: WrittenCoupon) =>
  payloadText(json, { version, ...ignoredWarning(ignored) });

const writtenAll = ({ json, ignored }: WrittenCoupons) =>
  payloadText(json, ignoredWarning(ignored));

const made = ({ codes, expirationDts }: MadeCodes) =>
  payload(codes, { beside: { expiration_dts: expirationDts } });
