import { createRoute } from '@tanstack/react-router';
import { parseItemList } from './catalogue/list.ts';
import { parseCouponList } from './coupons/list.ts';
import { onlyKnown } from './kit/urlCodec.ts';
import { paths } from './paths.ts';
import { inside } from './rootRoutes.ts';
import { lazyPage } from './shell/lazyPage.ts';

const catalogue = createRoute({
  getParentRoute: () => inside,
  path: paths.catalogue,
  validateSearch: onlyKnown(parseItemList),
  component: lazyPage(() => import('./catalogue/CataloguePage.tsx'), 'CataloguePage'),
});

const item = createRoute({
  getParentRoute: () => inside,
  path: paths.item,
  component: lazyPage(() => import('./catalogue/ItemPage.tsx'), 'ItemPage'),
});

const itemEdit = createRoute({
  getParentRoute: () => item,
  path: 'edit/$part',
  component: lazyPage(() => import('./catalogue/ItemDialog.tsx'), 'ItemDialog'),
});

const coupons = createRoute({
  getParentRoute: () => inside,
  path: paths.coupons,
  validateSearch: onlyKnown(parseCouponList),
  component: lazyPage(() => import('./coupons/CouponsPage.tsx'), 'CouponsPage'),
});

const couponNew = createRoute({
  getParentRoute: () => coupons,
  path: 'new',
  component: lazyPage(() => import('./coupons/CouponDialogs.tsx'), 'NewCouponDialog'),
});

const coupon = createRoute({
  getParentRoute: () => inside,
  path: paths.coupon,
  component: lazyPage(() => import('./coupons/CouponPage.tsx'), 'CouponPage'),
});

const couponEdit = createRoute({
  getParentRoute: () => coupon,
  path: '$part',
  component: lazyPage(() => import('./coupons/CouponDialogs.tsx'), 'CouponEditDialog'),
});

const shipping = createRoute({
  getParentRoute: () => inside,
  path: paths.shipping,
  component: lazyPage(() => import('./shipping/ShippingPage.tsx'), 'ShippingPage'),
});

const shippingNew = createRoute({
  getParentRoute: () => shipping,
  path: 'new',
  component: lazyPage(() => import('./shipping/ShippingDialogs.tsx'), 'NewShippingDialog'),
});

const shippingEdit = createRoute({
  getParentRoute: () => shipping,
  path: '$name/$part',
  component: lazyPage(() => import('./shipping/ShippingDialogs.tsx'), 'ShippingEditDialog'),
});

const stock = createRoute({
  getParentRoute: () => inside,
  path: paths.stock,
  component: lazyPage(() => import('./stock/StockPage.tsx'), 'StockPage'),
});

const stockAdjust = createRoute({
  getParentRoute: () => stock,
  path: '$oid/$center',
  component: lazyPage(() => import('./stock/StockDialog.tsx'), 'StockDialog'),
});

const taxes = createRoute({
  getParentRoute: () => inside,
  path: paths.taxes,
  component: lazyPage(() => import('./taxes/TaxesPage.tsx'), 'TaxesPage'),
});

const taxNew = createRoute({
  getParentRoute: () => taxes,
  path: 'new',
  component: lazyPage(() => import('./taxes/TaxDialogs.tsx'), 'NewTaxDialog'),
});

const taxEdit = createRoute({
  getParentRoute: () => taxes,
  path: '$oid/$part',
  component: lazyPage(() => import('./taxes/TaxDialogs.tsx'), 'TaxEditDialog'),
});

/** The screens about products: the catalogue, coupons, shipping, stock and taxes. */
export const sellingRoutes = [
  catalogue,
  item.addChildren([itemEdit]),
  coupons.addChildren([couponNew]),
  coupon.addChildren([couponEdit]),
  shipping.addChildren([shippingNew, shippingEdit]),
  stock.addChildren([stockAdjust]),
  taxes.addChildren([taxNew, taxEdit]),
] as const;
