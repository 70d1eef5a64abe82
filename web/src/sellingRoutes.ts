import { createRoute, lazyRouteComponent } from '@tanstack/react-router';
import { parseItemList } from './catalogue/list.ts';
import { parseCouponList } from './coupons/list.ts';
import { paths } from './paths.ts';
import { inside } from './rootRoutes.ts';

const catalogue = createRoute({
  getParentRoute: () => inside,
  path: paths.catalogue,
  validateSearch: parseItemList,
  component: lazyRouteComponent(() => import('./catalogue/CataloguePage.tsx'), 'CataloguePage'),
});

const item = createRoute({
  getParentRoute: () => inside,
  path: paths.item,
  component: lazyRouteComponent(() => import('./catalogue/ItemPage.tsx'), 'ItemPage'),
});

const itemEdit = createRoute({
  getParentRoute: () => item,
  path: 'edit/$part',
  component: lazyRouteComponent(() => import('./catalogue/ItemDialog.tsx'), 'ItemDialog'),
});

const coupons = createRoute({
  getParentRoute: () => inside,
  path: paths.coupons,
  validateSearch: parseCouponList,
  component: lazyRouteComponent(() => import('./coupons/CouponsPage.tsx'), 'CouponsPage'),
});

const couponNew = createRoute({
  getParentRoute: () => coupons,
  path: 'new',
  component: lazyRouteComponent(() => import('./coupons/CouponDialogs.tsx'), 'NewCouponDialog'),
});

const coupon = createRoute({
  getParentRoute: () => inside,
  path: paths.coupon,
  component: lazyRouteComponent(() => import('./coupons/CouponPage.tsx'), 'CouponPage'),
});

const couponEdit = createRoute({
  getParentRoute: () => coupon,
  path: '$part',
  component: lazyRouteComponent(() => import('./coupons/CouponDialogs.tsx'), 'CouponEditDialog'),
});

const shipping = createRoute({
  getParentRoute: () => inside,
  path: paths.shipping,
  component: lazyRouteComponent(() => import('./shipping/ShippingPage.tsx'), 'ShippingPage'),
});

const shippingNew = createRoute({
  getParentRoute: () => shipping,
  path: 'new',
  component: lazyRouteComponent(
    () => import('./shipping/ShippingDialogs.tsx'),
    'NewShippingDialog',
  ),
});

const shippingEdit = createRoute({
  getParentRoute: () => shipping,
  path: '$name/$part',
  component: lazyRouteComponent(
    () => import('./shipping/ShippingDialogs.tsx'),
    'ShippingEditDialog',
  ),
});

const stock = createRoute({
  getParentRoute: () => inside,
  path: paths.stock,
  component: lazyRouteComponent(() => import('./stock/StockPage.tsx'), 'StockPage'),
});

const stockAdjust = createRoute({
  getParentRoute: () => stock,
  path: '$oid/$center',
  component: lazyRouteComponent(() => import('./stock/StockDialog.tsx'), 'StockDialog'),
});

const taxes = createRoute({
  getParentRoute: () => inside,
  path: paths.taxes,
  component: lazyRouteComponent(() => import('./taxes/TaxesPage.tsx'), 'TaxesPage'),
});

const taxNew = createRoute({
  getParentRoute: () => taxes,
  path: 'new',
  component: lazyRouteComponent(() => import('./taxes/TaxDialogs.tsx'), 'NewTaxDialog'),
});

const taxEdit = createRoute({
  getParentRoute: () => taxes,
  path: '$oid/$part',
  component: lazyRouteComponent(() => import('./taxes/TaxDialogs.tsx'), 'TaxEditDialog'),
});

/** The screens of what is sold: the catalogue, coupons, shipping, stock and taxes. */
export const sellingRoutes = [
  catalogue,
  item.addChildren([itemEdit]),
  coupons.addChildren([couponNew]),
  coupon.addChildren([couponEdit]),
  shipping.addChildren([shippingNew, shippingEdit]),
  stock.addChildren([stockAdjust]),
  taxes.addChildren([taxNew, taxEdit]),
] as const;
