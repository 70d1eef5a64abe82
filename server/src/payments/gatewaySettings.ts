import { declineReasons } from '@perennial/contract/declineReason.ts';
import { type GatewayKind, gatewayKinds } from '@perennial/contract/gatewayKind.ts';
import { Bug } from '../kernel/assert.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import type { DeclineReason } from './gateway.ts';
import type { RotatedGateway } from './rotation.ts';

/**
 * The section `gateways` of a merchant's settings. It is stored in the wire's words: `list`,
 * `cascade_on`, `inactive_after_failures`, `inactive_hours`.
 */
export interface GatewaySettings {
  readonly list: readonly GatewaySetting[];
  /** A charge that is declined for one of these reasons is sent to the next gateway. */
  readonly cascadeOn: ReadonlySet<DeclineReason>;
  /** A gateway becomes inactive after this number of failures in a row. Absent: never. */
  readonly inactiveAfterFailures?: number | undefined;
  /** How long it then stays inactive, in hours on the merchant's clock. */
  readonly inactiveHours: number;
}

/** A gateway of a merchant's settings. */
export interface GatewaySetting extends RotatedGateway {
  readonly kind: GatewayKind;
}

const states = ['active', 'inactive', 'stand-by'] as const;
const defaultInactiveHours = 24;

/**
 * Reads the merchant's gateways. Without settings, returns one gateway of the kind that this
 * installation prefers for the merchant.
 */
export function gatewaySettings(merchant: Merchant, preferred: GatewayKind): GatewaySettings {
  const section = objectOf(merchant.settings['gateways']);
  const list = storedList(merchant).map(readGateway);
  return {
    list:
      list.length > 0 ? list : [{ code: preferred, kind: preferred, weight: 1, state: 'active' }],
    cascadeOn: new Set(
      declineReasons.filter(
        (reason) => Array.isArray(section['cascade_on']) && section['cascade_on'].includes(reason),
      ),
    ),
    inactiveAfterFailures:
      typeof section['inactive_after_failures'] === 'number'
        ? section['inactive_after_failures']
        : undefined,
    inactiveHours:
      typeof section['inactive_hours'] === 'number'
        ? section['inactive_hours']
        : defaultInactiveHours,
  };
}

/**
 * Makes a reader of the codes of a merchant's gateways. It leaves out a gateway without a code, so that an
 * update is possible while the settings are wrong.
 */
export function gatewayCodes(
  preferred: (merchant: Merchant) => GatewayKind,
): (merchant: Merchant) => string[] {
  return (merchant) => {
    const codes = storedList(merchant).map((each) => objectOf(each)['code']);
    const named = codes.filter((code) => typeof code === 'string');
    return named.length > 0 ? named : [preferred(merchant)];
  };
}

function storedList({ settings }: Merchant): unknown[] {
  const { list } = objectOf(settings['gateways']);
  return Array.isArray(list) ? list : [];
}

/**
 * An unreadable gateway is a set-up error. Guessing another one could charge through the wrong
 * account.
 */
function readGateway(value: unknown): GatewaySetting {
  const { code, kind, weight = 1, state = 'active' } = objectOf(value);
  const knownKind = gatewayKinds.find((each) => each === kind);
  const knownState = states.find((each) => each === state);
  if (
    typeof code !== 'string' ||
    code === '' ||
    !knownKind ||
    !knownState ||
    typeof weight !== 'number' ||
    !(weight >= 0)
  ) {
    throw new Bug(
      `settings.gateways.list holds ${JSON.stringify(value)}, which is not a valid gateway: ` +
        `set code, kind (${gatewayKinds}), weight (0 or more) and state (${states})`,
    );
  }
  return { code, kind: knownKind, weight, state: knownState };
}

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
