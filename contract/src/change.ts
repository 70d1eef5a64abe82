/** Models of the preview of an auto order's change, and of changes that are safe to repeat. */
import type { Static } from 'typebox';
import { AutoOrder } from './autoOrder.ts';
import { answer } from './common.ts';
import { dateTime, int32, int64, many, model, one, oneOf, texts } from './fields.ts';
import { PreviewRebill, previewEnds } from './perennial.ts';

export const AutoOrderActionRequest = model(
  'AutoOrderActionRequest',
  'Which shipment or item a change is about. The same request sent twice changes one thing once.',
  {
    auto_order_item_oid: int32('One item; absent: every item that the change applies to.'),
    shipment_dts: dateTime(
      'Skip and unskip: any time on the local day of the shipment. Resume and ' +
        'reactivate: the date of the first shipment; absent: the date that the item has.',
    ),
    count: int32(
      'Skip only: how many shipments to skip, from that one on; default 1, at most 100.',
    ),
  },
);
export type AutoOrderActionRequest = Static<typeof AutoOrderActionRequest>;

/** The changes with their own operations. */
export const autoOrderActions = ['skip', 'unskip', 'resume', 'reactivate'] as const;

export const AutoOrderPreviewRequest = model(
  'AutoOrderPreviewRequest',
  'A change of an auto order to preview: auto_order or action.',
  {
    auto_order: one(AutoOrder, 'The change, as in updateAutoOrder.'),
    action: oneOf(
      autoOrderActions,
      'Instead of auto_order: the action of skipAutoOrder and the like.',
    ),
    action_request: one(AutoOrderActionRequest, 'With action: the request of that operation.'),
    count: int32('How many rebills to return, 1 to 100; default 12.'),
  },
);
export type AutoOrderPreviewRequest = Static<typeof AutoOrderPreviewRequest>;

export const AutoOrderPreviewResponse = answer('AutoOrderPreviewResponse', {
  before: many(PreviewRebill, 'The next rebills as the auto order is now.'),
  after: many(
    PreviewRebill,
    'The next rebills after the change. Lines of an item that the change adds have no auto_order_item_oid yet.',
  ),
  ends_before: oneOf(previewEnds, 'Why `before` has fewer rebills than requested.'),
  ends_after: oneOf(previewEnds, 'Why `after` has fewer rebills than requested.'),
  warnings: texts('The warnings that the change would have, one sentence each.'),
  version: int64('The version of the auto order that was read; send it as If-Match to save.'),
});
export type AutoOrderPreviewResponse = Static<typeof AutoOrderPreviewResponse>;

export const AutoOrderActionResponse = answer('AutoOrderActionResponse', {
  auto_order: one(AutoOrder),
  preview: many(PreviewRebill, 'The next three rebills.'),
  ends: oneOf(previewEnds, 'Why `preview` has fewer than three rebills.'),
});
export type AutoOrderActionResponse = Static<typeof AutoOrderActionResponse>;
