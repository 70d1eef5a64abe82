import type { OauthMe } from '@perennial/contract/oauth.ts';
import type { Context } from '../platform/context.ts';
import { clientIdOf } from './application.ts';

/**
 * Describes the user or application behind the caller's key or token. UltraCart has this operation
 * but documents no response.
 */
export function describeCaller({ merchant, actor }: Context): OauthMe {
  const clientId = clientIdOf(actor.applicationId);
  return {
    merchant_id: merchant.merchantId,
    name: actor.name,
    permissions: [...actor.permissions].sort(),
    ...(actor.userId === undefined ? {} : { user_id: actor.userId }),
    ...(clientId === undefined ? {} : { client_id: clientId }),
  };
}
