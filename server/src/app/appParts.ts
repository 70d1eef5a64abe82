import type { Logger } from 'pino';
import type { IdFactory } from '../kernel/ids.ts';
import type { StopSource } from '../payments/charging.ts';
import type { OpenGateways } from '../payments/gateways.ts';
import type { SystemClock } from '../platform/clock/systemClock.ts';
import type { FileSettings } from '../platform/files/openFiles.ts';
import type { VirusScanner } from '../platform/files/virusScan.ts';
import type { RateLimit } from '../platform/http/rateLimiter.ts';
import type { MailTransport } from '../platform/mail/mailTransport.ts';
import type { Seal } from '../platform/seal.ts';
import type { DatabasePool } from '../platform/storage/database.ts';
import type { Quotas } from '../platform/tenancy/quotas.ts';
import type { RebillTiming } from '../rebill/dueOperations.ts';
import type { Sender } from '../webhooks/send.ts';

/** The parts of the application: its connections to the outside, and values from the settings. */
export interface AppParts {
  readonly db: DatabasePool;
  readonly clock: SystemClock;
  readonly ids: IdFactory;
  readonly log: Logger;
  readonly rateLimits: readonly RateLimit[];
  /** The limits of each session. Absent: there are none. */
  readonly sessionRateLimits?: readonly RateLimit[];
  /** The merchant with demo data and its user, if this installation has them. */
  readonly demo?: { readonly merchantId: string; readonly login: string } | undefined;
  readonly bodyLimitBytes: number;
  readonly trustedProxies: readonly string[];
  /** Whether people reach this installation only over https. */
  readonly isHttpsOnly?: boolean;
  /** Whether only the features that a server for real money needs are enabled (strict.ts). */
  readonly isStrict?: boolean;
  /** The certificate and key with which this process serves https. Absent: it serves http. */
  readonly tls?: { readonly certificate: string; readonly key: string } | undefined;
  /** The scanner of attachments for viruses. Absent: attachments are not scanned. */
  readonly virusScanner?: VirusScanner | undefined;
  /** The token that a request for `/metrics` must send. Absent: no token is needed. */
  readonly metricsToken?: string | undefined;
  readonly gateways: OpenGateways;
  /** Reasons to stop all charges, in addition to those that the application finds itself. */
  readonly stops?: readonly StopSource[];
  /** The file that stores the last known state of the database. Absent: none is kept. */
  readonly markerPath?: string | undefined;
  readonly mail: MailTransport;
  /** Seals secrets that are stored. */
  readonly seal: Seal;
  /** Posts to receivers of webhooks; closed with the HTTP server. */
  readonly sender: Sender;
  /** Whether webhooks of merchants with a test clock may be sent to the server's own machine. */
  readonly isLoopbackAllowed: boolean;
  /** The hosts to which webhooks may be sent; `sender` has the same list. Absent or empty: any. */
  readonly webhookHosts?: readonly string[] | undefined;
  /** Where attachments are stored. */
  readonly files: FileSettings;
  /** The limits on what a merchant may store. Absent: the defaults. */
  readonly quotas?: Quotas | undefined;
  /** How many days an entry of the audit log is kept. Absent: forever. */
  readonly auditLogDays?: number | undefined;
  /** The folder of the built console. Absent: the start page says how to build it. */
  readonly consoleFolder?: string | undefined;
  /** The sender's address for merchants that set none. */
  readonly mailFrom: string;
  /** The time limits of charges and their leases. Tests shorten them. */
  readonly rebillTiming?: RebillTiming;
}
