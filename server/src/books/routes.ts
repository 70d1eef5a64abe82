import type { Routes } from '../platform/http/routes.ts';
import { getParked } from '../rebill/parkedOperations.ts';
import { getAudit, type ReadCaptures } from './auditOperations.ts';
import { previewAutoOrder } from './previewOperations.ts';

/** What will be billed, and whether what was billed adds up. */
export const bookRoutes = (readCaptures: ReadCaptures) =>
  ({
    getParkedAutoOrders: (context, { page }) => getParked(context, page),
    previewAutoOrder: (context, { params, query }) =>
      previewAutoOrder(context, params.auto_order_oid, query.count, query.resumed),
    getAudit: (context) => getAudit(context, readCaptures),
  }) satisfies Routes;
