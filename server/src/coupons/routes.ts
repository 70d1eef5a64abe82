import type { Coupon, CouponQuery } from '@perennial/contract/coupon.ts';
import type { QueryOf } from '@perennial/contract/operations.ts';
import { fromLoose } from '../kernel/fromLoose.ts';
import { done, noContent, payload, payloadText, versioned } from '../platform/http/answer.ts';
import { warningOf } from '../platform/http/ignoredFields.ts';
import { refuse } from '../platform/http/refusal.ts';
import type { Routes } from '../platform/http/routes.ts';
import {
  type FindUnknown,
  type NamedRecord,
  unknownNameWords,
} from '../platform/http/unknownNames.ts';
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
import { namedByCoupon } from './namedRecords.ts';
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
export const couponRoutes = (merchants: Merchants, findUnknown: FindUnknown) =>
  ({
    ...writtenRoutes(findUnknown),
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
      await updateAutoApply(context, merchants, body, findUnknown);
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

const writtenRoutes = (findUnknown: FindUnknown) =>
  ({
    insertCoupon: async (context, { body }) =>
      written(await insertCoupon(context, body), await findUnknown(context, namedByCoupon(body))),
    insertCoupons: async (context, { body }) => {
      const coupons = listOf(body.coupons, 'coupons');
      return writtenAll(
        await insertCoupons(context, coupons),
        await findUnknown(context, namedByAll(coupons)),
      );
    },
    updateCoupon: async (context, { params, body, ifMatch }) =>
      written(
        await updateCoupon(context, params.coupon_oid, body, ifMatch),
        await findUnknown(context, namedByCoupon(body)),
      ),
    updateCoupons: async (context, { body }) => {
      const coupons = listOf(body.coupons, 'coupons');
      return writtenAll(
        await updateCoupons(context, coupons),
        await findUnknown(context, namedByAll(coupons)),
      );
    },
  }) satisfies Routes;

const namedByAll = (coupons: readonly Coupon[]) =>
  coupons.flatMap((coupon, i) => namedByCoupon(coupon, `coupons[${i}].`));

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

/** Returns the list of a batch. A batch without elements does nothing. */
const listOf = <Element>(list: Element[] | null | undefined, field: string): Element[] =>
  list ?? refuse('missing_field', { field });

const written = ({ json, version, ignored }: WrittenCoupon, unknown: readonly NamedRecord[]) =>
  payloadText(json, { version, ...warningOf(ignored, unknownNameWords(unknown)) });

const writtenAll = ({ json, ignored }: WrittenCoupons, unknown: readonly NamedRecord[]) =>
  payloadText(json, warningOf(ignored, unknownNameWords(unknown)));

const made = ({ codes, expirationDts }: MadeCodes) =>
  payload(codes, { beside: { expiration_dts: expirationDts } });
