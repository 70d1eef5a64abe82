import type { MerchantWebhook } from '@perennial/contract/perennial.ts';
import { Moment } from '../kit/momentShown.tsx';
import { Status } from '../kit/status.tsx';
import { stateOf } from './state.ts';
import classes from './webhooks.module.css';

/** The health of a webhook, since when, and why. */
export function WebhookStatus({ webhook }: { readonly webhook: MerchantWebhook }) {
  const { tone, word, why, since } = stateOf(webhook);
  return (
    <>
      <Status tone={tone}>{word}</Status>
      {since !== undefined && (
        <div className={classes['why']}>
          since <Moment at={since} isReal />
        </div>
      )}
      {why !== undefined && <div className={classes['why']}>{why}</div>}
    </>
  );
}
