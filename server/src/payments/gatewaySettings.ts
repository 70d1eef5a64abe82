import { Bug } from '../kernel/assert.ts';
import type { Merchant } from '../platform/tenancy/merchant.ts';
import { type DeclineReason, declineReasons } from './gateway.ts';
import type { RotatedGateway } from './rotation.ts';

/** The section `gateways` of a merchant's settings, which is kept in the wire's own words: `list`, `cascade_on`, `inactive_after_failures`, `inactive_hours`. */
export interface GatewaySettings {
  readonly list: readonly GatewaySetting[];
  /** Declines for these reasons go on to the next gateway. */
  readonly cascadeOn: ReadonlySet<DeclineReason>;
  /** A gateway is made inactive after so many failures in a row; absent: never. */
  readonly inactiveAfterFailures?: number;
  /** How long it then stays so, in hours of the merchant's clock. */
  readonly inactiveHours: number;
}

export interface GatewaySetting extends RotatedGateway {
  readonly kind: GatewayKind;
}

export const gatewayKinds = ['simulator', 'stripe'] as const;
export type GatewayKind = (typeof gatewayKinds)[number];

const states = ['active', 'inactive', 'stand-by'] as const;
const defaultInactiveHours = 24;

/** The merchant's gateways; without settings, one of the kind that this installation prefers for it. */
export function gatewaySettings(merchant: Merchant, preferred: GatewayKind): GatewaySettings {
  const section = objectOf(merchant.settings['gateways']);
  const list = Array.isArray(section['list']) ? section['list'].map(readGateway) : [];
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

/** A gateway nobody can read is a fault of the set-up; guessing another one could charge through the wrong account. */
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
      `settings.gateways.list holds ${JSON.stringify(value)}: give code, kind (${gatewayKinds}), weight from 0 and state (${states})`,
    );
  }
  return { code, kind: knownKind, weight, state: knownState };
}

const objectOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
