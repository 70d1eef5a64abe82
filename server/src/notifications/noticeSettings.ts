import type { Merchant } from '../platform/tenancy/merchant.ts';
import { textOrNone } from './mailText.ts';
import type { CustomerNoticeKind, MerchantEventKind } from './notice.ts';

/**
 * The mails that a merchant sends, and the sender's address: the section `notices` of its settings,
 * as on the wire.
 */
export interface NoticeSettings {
  isOn(kind: CustomerNoticeKind | MerchantEventKind): boolean;
  readonly fromEmail?: string | undefined;
  /** The address that receives the merchant's own mails. */
  readonly merchantEmail?: string | undefined;
}

/** Every mail is sent unless its switch is off. */
export function noticeSettings({ settings }: Pick<Merchant, 'settings'>): NoticeSettings {
  const section =
    typeof settings['notices'] === 'object' && settings['notices'] !== null
      ? (settings['notices'] as Record<string, unknown>)
      : {};
  return {
    isOn: (kind) => section[kind] !== false,
    fromEmail: textOrNone(section['from_email']),
    merchantEmail: textOrNone(section['merchant_email']),
  };
}
