import { isValidating } from '../autoOrders/originalOrderOperations.ts';
import type { GatewayCodesOf } from '../autoOrders/pinnedGateway.ts';
import { getAutoOrder } from '../autoOrders/readOperations.ts';
import {
  type ActionInput,
  reactivate,
  resumeItems,
  skipShipments,
  unskipShipment,
} from '../autoOrders/repeatableOperations.ts';
import type { Context } from '../platform/context.ts';
import { type Answer, payload, payloadText, type Warning } from '../platform/http/answer.ts';
import type { Input, Page, Routes } from '../platform/http/routes.ts';
import { readBilled, readOpenRebills } from '../rebill/billedStore.ts';
import { type ChargePage, readCharges } from '../rebill/chargeListOperations.ts';
import { type ParkedPage, readParked } from '../rebill/parkedOperations.ts';
import { type Audit, getAudit, type ReadCaptures } from './auditOperations.ts';
import { type RequestedAudit, readAudit, readAudits, requestAudit } from './auditRunOperations.ts';
import { type ChangePreview, previewChange } from './changePreviewOperations.ts';
import { explainOrder } from './explanationOperations.ts';
import { wireAudit, wireCharge, wireDifference, wireParked, wireRebill } from './present.ts';
import type { Preview } from './preview.ts';
import { countDefault, previewAutoOrder } from './previewOperations.ts';

/** The functions of the gateways that the books need. */
export interface BookParts {
  readonly readCaptures: ReadCaptures;
  readonly gatewayCodesOf: GatewayCodesOf;
}

/** The routes that preview future charges and audit past ones. */
export const bookRoutes = ({ readCaptures, gatewayCodesOf }: BookParts) =>
  ({
    getParkedAutoOrders: async (context, { page }) =>
      parkedAnswer(context, page, await readParked(context, page)),
    getCharges: async (context, { query, page }) =>
      chargesAnswer(context, page, await readCharges(context, query.state, page)),
    previewAutoOrder: async (context, { params, query }) =>
      previewAnswer(
        context,
        await previewAutoOrder(context, params.auto_order_oid, query.count, query.resumed),
      ),
    previewAutoOrderChange: async (context, { params, query, body, ifMatch }) =>
      changePreviewAnswer(
        context,
        await previewChange(context, params.auto_order_oid, body, body.count ?? countDefault, {
          ifMatch,
          gatewayCodesOf,
          validatesOriginalOrder: isValidating(query.validate_original_order),
        }),
      ),
    explainOrder: async (context, { params }) =>
      payload(await explainOrder(context, params.order_id)),
    skipAutoOrder: (context, input) =>
      actionAnswer(context, input, skipShipments(context, actionOf(input), readers)),
    unskipAutoOrder: (context, input) =>
      actionAnswer(context, input, unskipShipment(context, actionOf(input), readers)),
    resumeAutoOrder: (context, input) =>
      actionAnswer(context, input, resumeItems(context, actionOf(input), readers)),
    reactivateAutoOrder: (context, input) =>
      actionAnswer(context, input, reactivate(context, actionOf(input), readers)),
    requestAudit: async (context) => requestedAnswer(context, await requestAudit(context)),
    async getAudits(context, { page: { limit, offset } }) {
      const { runs, hasMore } = await readAudits(context, { limit, offset });
      return payload(
        runs.map((run) => wireAudit(run, context.merchant.timeZone)),
        { resultSet: { limit, offset, count: runs.length, more: hasMore } },
      );
    },
    getBackgroundAudit: async (context, { params }) =>
      payload(wireAudit(await readAudit(context, params.audit_id), context.merchant.timeZone)),
    getAudit: async (context) => auditAnswer(await getAudit(context, readCaptures)),
  }) satisfies Routes;

function parkedAnswer(
  { merchant }: Context,
  { limit, offset }: Page,
  { parked, hasMore }: ParkedPage,
): Answer {
  return payload(
    parked.map((each) => wireParked(each, merchant.timeZone)),
    { resultSet: { limit, offset, count: parked.length, more: hasMore } },
  );
}

function chargesAnswer(
  { merchant }: Context,
  { limit, offset }: Page,
  { charges, hasMore }: ChargePage,
): Answer {
  return payload(
    charges.map((each) => wireCharge(each, merchant.timeZone)),
    { resultSet: { limit, offset, count: charges.length, more: hasMore } },
  );
}

function previewAnswer({ merchant }: Context, preview: Preview | 'unreadable'): Answer {
  if (preview === 'unreadable')
    return payload([], { beside: { ends: 'parked' }, warning: unreadable });
  return payload(
    preview.rebills.map((rebill) => wireRebill(rebill, merchant.timeZone)),
    { beside: { ends: preview.ends } },
  );
}

function changePreviewAnswer(
  { merchant: { timeZone } }: Context,
  { before, after, warnings, version }: ChangePreview,
): Answer {
  const wire = ({ rebills }: Preview) => rebills.map((rebill) => wireRebill(rebill, timeZone));
  return payload(wire(before), {
    version,
    beside: {
      after: wire(after),
      ends_before: before.ends,
      ends_after: after.ends,
      warnings,
      version,
    },
  });
}

type ActionRouteInput = Pick<Input<'skipAutoOrder'>, 'params' | 'body' | 'expand' | 'ifMatch'>;

const readers = { readBilled, readOpenRebills };

const actionOf = ({ params, body, ifMatch }: ActionRouteInput): ActionInput => ({
  oid: params.auto_order_oid,
  body: body ?? {},
  ifMatch,
});

/** Returns the changed auto order, with its next rebills. */
async function actionAnswer(
  context: Context,
  { params: { auto_order_oid: oid }, expand }: ActionRouteInput,
  change: Promise<Warning | undefined>,
): Promise<Answer> {
  const warning = await change;
  const { json, version } = await getAutoOrder(context, { oid }, new Set([...expand, 'items']));
  const preview = await previewAutoOrder(context, oid, previewsOfAction);
  const isReadable = preview !== 'unreadable';
  return payloadText(json, {
    version,
    beside: {
      preview: isReadable
        ? preview.rebills.map((rebill) => wireRebill(rebill, context.merchant.timeZone))
        : [],
      ends: isReadable ? preview.ends : 'parked',
    },
    ...(warning && { warning }),
  });
}

const previewsOfAction = 3;

const unreadable = {
  code: 'unreadable_record',
  message:
    'Part of this auto order cannot be read, so it is not billed. ' +
    'Fix the value that the error in the server log names.',
};

const requestedAnswer = ({ merchant }: Context, { run, wasOpen }: RequestedAudit): Answer =>
  payload(wireAudit(run, merchant.timeZone), wasOpen ? { warning: auditWasOpen } : {});

const auditWasOpen = {
  code: 'audit_was_open',
  message:
    'An audit of this merchant is already waiting or running, so no new one was started. This is ' +
    'the open audit.',
};

function auditAnswer(audit: Audit): Answer {
  return payload(audit.differences.map(wireDifference), {
    beside: {
      auto_order_count: audit.autoOrderCount,
      order_count: audit.orderCount,
      attempt_count: audit.attemptCount,
      difference_count: audit.differenceCount,
    },
  });
}
