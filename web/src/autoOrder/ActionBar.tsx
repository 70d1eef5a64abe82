import { ActionIcon, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import type { AutoOrder } from '@perennial/contract/autoOrder.ts';
import type { AutoOrderRow } from '@perennial/contract/screens.ts';
import { Icon } from '../kit/icons.tsx';
import { useCommands } from '../shell/useCommands.ts';

/** What an action on an auto order needs to know of it. */
export interface ActionsProps {
  readonly order: AutoOrder;
  /** Its state in one word and its version. */
  readonly row: AutoOrderRow;
}

/** What can be done with the auto order, at the right of the page's heading. */
export function ActionBar({ order }: ActionsProps) {
  return <CopyLink code={order.auto_order_code ?? ''} />;
}

function CopyLink({ code }: { readonly code: string }) {
  const clipboard = useClipboard({ timeout: 1500 });
  const copy = () => clipboard.copy(`${location.origin}/auto-orders/${code}`);
  useCommands({ 'autoOrder.copyLink': copy });
  const label = clipboard.copied ? 'Copied' : 'Copy the link';
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} onClick={copy}>
        <Icon name={clipboard.copied ? 'check' : 'link'} />
      </ActionIcon>
    </Tooltip>
  );
}
