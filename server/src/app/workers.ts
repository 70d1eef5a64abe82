import { findOldOrders } from '../autoOrders/oldOrderStore.ts';
import { autoOrderWorker } from '../autoOrders/updateJobWorker.ts';
import { auditWorker } from '../books/auditWorker.ts';
import { profileToken } from '../customers/accessOperations.ts';
import { adoptionWorker } from '../customers/adoptionWorker.ts';
import { mailRemovalWorker } from '../notifications/mailRemovalWorker.ts';
import { forgetMails } from '../notifications/mailRetentionStore.ts';
import { noticeSender, receiptExpand } from '../notifications/noticeWorker.ts';
import { expiryWorker } from '../oauth/expiryWorker.ts';
import { cardTestWorker } from '../orders/cardTestWorker.ts';
import { otherRefundWorker } from '../orders/otherRefundWorker.ts';
import { receivableRetryWorker } from '../orders/receivableRetryWorker.ts';
import { refundWorker } from '../orders/refundWorker.ts';
import { unsettledChargesWorker } from '../orders/unsettledChargesWorker.ts';
import { gatewayReportWorker } from '../payments/gatewayReportWorker.ts';
import { gatewayCodes } from '../payments/gatewaySettings.ts';
import { auditRetentionWorker } from '../platform/auditLog/auditRetentionWorker.ts';
import { forgettingWorker } from '../platform/http/idempotency.ts';
import type { Worker } from '../platform/jobs/loop.ts';
import { mentionSearchWorker } from '../privacy/mentionSearchWorker.ts';
import { personRetentionWorker } from '../privacy/retentionWorker.ts';
import { readBilled } from '../rebill/billedStore.ts';
import { cardExpiryWorker } from '../rebill/cardExpiryWorker.ts';
import { heldWorker } from '../rebill/heldWorker.ts';
import { rebillWorker, unansweredWorker } from '../rebill/rebillWorker.ts';
import { advanceWorker } from '../sandbox/advanceWorker.ts';
import { statisticWorker } from '../screens/statisticWorker.ts';
import { reflowWorker } from '../webhooks/reflowWorker.ts';
import { eventRetentionWorker } from '../webhooks/retentionWorker.ts';
import { movingWorker } from '../workflow/moveWorker.ts';
import type { AppParts } from './appParts.ts';
import type { Features } from './features.ts';
import { objectIds, objectReaders, readMailProfile, readOrder } from './objectReaders.ts';
import { receiptCancelUrl } from './ownCancelation.ts';
import { searchParts } from './people.ts';
import type { Services } from './services.ts';

/** The background workers of every feature, one per line. Each runs in a separate loop. */
export function workersOf(
  parts: AppParts,
  { rounds, webhooks, charging: { unlessHeld }, updateBillingUrl, publicUrl }: Services,
  { rebills, orders, customers, reports, clocks, files, privacy }: Features,
): Worker[] {
  const { db, clock, log } = parts;
  const notices = noticeSender({
    ...rounds,
    mail: parts.mail,
    mailFrom: parts.mailFrom,
    readOrder: (context, orderId) => readOrder(context, orderId, receiptExpand),
    readProfile: readMailProfile,
    updateBillingUrl: ({ merchant }, oid) => updateBillingUrl(merchant.merchantId, oid),
    cancelUrl: receiptCancelUrl({ seal: parts.seal, publicUrl }),
    verificationToken: (context, email) => profileToken(context, parts.seal, email),
  });
  return [
    forgettingWorker(db, clock, log),
    expiryWorker(db, clock, log),
    unsettledChargesWorker(rounds, orders),
    cardTestWorker(rounds, orders),
    refundWorker(rounds, orders),
    otherRefundWorker(rounds, orders),
    receivableRetryWorker(rounds, orders),
    gatewayReportWorker(reports),
    adoptionWorker(rounds, customers),
    autoOrderWorker({
      ...rounds,
      readBilled,
      gatewayCodesOf: gatewayCodes(parts.gateways.preferred),
    }),
    heldWorker(rebills),
    rebillWorker(rebills),
    unansweredWorker(rebills),
    cardExpiryWorker(rounds),
    unlessHeld(notices),
    mailRemovalWorker(parts),
    advanceWorker(clocks),
    auditWorker(rounds, parts.gateways.captures),
    unlessHeld(webhooks),
    reflowWorker({ ...rounds, readers: objectReaders, ids: objectIds }),
    eventRetentionWorker(rounds, clock),
    auditRetentionWorker(parts),
    personRetentionWorker({ ...rounds, ...privacy, forgetMails, findOldOrders }),
    mentionSearchWorker(rounds, searchParts(files.store, parts.mail)),
    movingWorker(rounds, files),
    statisticWorker(rounds, clock),
  ];
}
